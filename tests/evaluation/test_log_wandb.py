"""Weights & Biases gets the values of the logger; a fake module records them."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rethink_gym.errors import MissingExtraError
from rethink_gym.evaluation.log import LogFormat, make_logger
from rethink_gym.evaluation.run_config import RunOptions


class FakeWandb:
    """Records its calls; has the part of wandb's interface that is used."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []
        self.logged: list[tuple[int, dict[str, float]]] = []
        self.num_finished = 0

    def init(self, **arguments: Any) -> Any:
        self.started.append(arguments)
        return SimpleNamespace(id=arguments["id"] or "abc", log=self._log, finish=self._finish)

    def _log(self, numbers: dict[str, float], step: int) -> None:
        self.logged.append((step, numbers))

    def _finish(self) -> None:
        self.num_finished += 1


@pytest.fixture
def wandb(monkeypatch: pytest.MonkeyPatch) -> FakeWandb:
    fake = FakeWandb()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    return fake


def log_once(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    logger = make_logger(folder, ("wandb",))
    logger.record("train/loss", np.float32(1.5))
    logger.record("train/round", 2)
    logger.record("train/note", "not a number")
    logger.record("train/hidden", 7.0, exclude="wandb")
    logger.dump(8)
    logger.close()


def test_numbers_are_logged_with_their_step_and_the_run_is_ended(
    tmp_path: Path, wandb: FakeWandb
) -> None:
    log_once(tmp_path / "score-1")
    assert wandb.logged == [(8, {"train/loss": 1.5, "train/round": 2.0})]
    assert wandb.num_finished == 1
    assert wandb.started[0]["name"] == "score-1"
    assert wandb.started[0]["dir"] == str(tmp_path / "score-1")


def test_a_resumed_run_is_resumed_there_too(tmp_path: Path, wandb: FakeWandb) -> None:
    for _ in range(2):
        log_once(tmp_path)
    assert [(each["id"], each["resume"]) for each in wandb.started] == [
        (None, "allow"),
        ("abc", "allow"),
    ]


@pytest.mark.parametrize("name", ["tensorboard", "wandb"])
def test_without_its_package_the_remedy_is_named_before_a_run_starts(
    name: LogFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    for start in (
        lambda: RunOptions(log_formats=(name,)),
        lambda: make_logger(tmp_path, (name,)),
    ):
        with pytest.raises(MissingExtraError, match=rf'pip install "rethink-gym\[{name}\]"'):
            start()
    assert list(tmp_path.iterdir()) == []
