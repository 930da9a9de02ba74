"""The promises of loading data sets."""

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

from rethink_gym.envs.dataset import load_rows
from rethink_gym.errors import DataError, DataNotFoundError, HubUnavailableError

ROWS = {"train": [("q0", "a0"), ("q1", "a1")], "test": [("q2", "é\n2")]}
COLUMNS = ("question", "answer")


def dicts(split: str) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in ROWS[split]]


def write_jsonl(folder: Path) -> None:
    folder.mkdir()
    for split in ROWS:
        lines = "".join(json.dumps(row) + "\n" for row in dicts(split))
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")


def write_parquet(folder: Path) -> None:
    folder.mkdir()
    for split in ROWS:
        datasets.Dataset.from_list(dicts(split)).to_parquet(folder / f"{split}.parquet")


def write_as_on_the_hub(folder: Path) -> None:
    for subset in ("main", "socratic"):
        (folder / subset).mkdir(parents=True)
        for split in ROWS:
            rows = dicts(split) if subset == "main" else [{"question": "no", "answer": "no"}]
            name = f"{split}-00000-of-00001.parquet"
            datasets.Dataset.from_list(rows).to_parquet(folder / subset / name)


def write_to_disk(folder: Path) -> None:
    splits = {split: datasets.Dataset.from_list(dicts(split)) for split in ROWS}
    datasets.DatasetDict(splits).save_to_disk(folder)


@pytest.fixture(autouse=True)
def quiet_progress_bars() -> Any:
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


@pytest.mark.parametrize("write", [write_jsonl, write_parquet, write_as_on_the_hub, write_to_disk])
def test_every_layout_gives_the_same_rows(write: Any, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(folder)
    rows = load_rows(folder, subset="main", columns=COLUMNS)
    assert {split: list(rows[split]) for split in rows} == ROWS
    assert load_rows(str(folder), subset="main", columns=("answer",))["test"] == [("é\n2",)]


def test_a_folder_is_read_once_per_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_jsonl(tmp_path / "data")
    rows = load_rows(tmp_path / "data", subset="main", columns=COLUMNS)
    monkeypatch.chdir(tmp_path)
    assert load_rows("data", subset="main", columns=COLUMNS) is rows


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(DataNotFoundError, match=r"'\./no/such/folder', and there is no such"):
        load_rows("./no/such/folder", subset="main", columns=COLUMNS)


def test_a_folder_without_problems_says_what_must_be_in_it(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"a folder with train\.jsonl or test\.jsonl"):
        load_rows(tmp_path, subset="main", columns=COLUMNS)


def test_a_row_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text('{"question": "q", "reply": "a"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"split 'test', must have the texts question, answer"):
        load_rows(tmp_path, subset="main", columns=COLUMNS)


@pytest.mark.parametrize(
    ("raised", "error", "message"),
    [
        (ConnectionError("no route"), HubUnavailableError, r"cannot be reached\. Download it"),
        (
            datasets.exceptions.DatasetNotFoundError("404"),
            DataNotFoundError,
            "nor such a data set on the hub",
        ),
    ],
)
def test_what_goes_wrong_on_the_hub_is_told_with_its_remedy(
    raised: Exception, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(error, match=message):
        load_rows("someone/something", subset="main", columns=COLUMNS)
