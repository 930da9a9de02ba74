"""The promises of WMT22."""

from pathlib import Path

import pytest
from tests.envs.tasks.datasets.rows import PAIR, write

from rethink_gym.envs.tasks.datasets.wmt22 import WMT22


@pytest.mark.parametrize(
    ("pair", "column"), [("en-de", "en-de"), ("en-de", "translation"), ("de-en", "translation")]
)
def test_translations_may_be_under_their_pair(tmp_path: Path, pair: str, column: str) -> None:
    source, target = pair.split("-")
    task = WMT22(write(tmp_path / "test.jsonl", {column: PAIR}), source=source, target=target)
    assert task.problem(0, "test").gold == PAIR[target]
