"""Files in the usual formats are read, and an error in them names its line."""

import gzip
import json
from pathlib import Path
from typing import Any

import datasets
import pytest

from rethink_gym.envs.tasks.base.rows import UNSPLIT, Row, read_rows
from rethink_gym.errors import DataError, DataNotFoundError, HubUnavailableError

ROWS = [{"question": "1+1?", "answer": "2"}, {"question": 'Line\u2028two, "2+2"?', "answer": "4"}]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows))
    elif path.suffix == ".parquet":
        datasets.Dataset.from_list(rows).to_parquet(path)
    else:
        import csv

        with path.open("w", newline="") as file:
            writer = csv.DictWriter(
                file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ","
            )
            writer.writeheader()
            writer.writerows(rows)
    return path


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv", ".tsv", ".parquet"])
def test_every_format_gives_the_same_rows(tmp_path: Path, ending: str) -> None:
    splits = read_rows(write(tmp_path / f"mine{ending}", ROWS))
    assert [row.values for row in splits[UNSPLIT]] == ROWS


def test_a_folder_has_a_file_for_each_split(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", ROWS)
    write(tmp_path / "validation.csv", ROWS[:1])
    assert {split: len(rows) for split, rows in read_rows(tmp_path).items()} == {
        "train": 2,
        "validation": 1,
    }


def test_locations_name_file_and_line_and_blank_lines_count(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 2}\n')
    assert [row.location for row in read_rows(path)[UNSPLIT]] == [
        f"{path}, line 1",
        f"{path}, line 3",
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("bad.jsonl", '{"a": 1}\n{"a": \n', "line 2, must be JSON"),
        ("list.jsonl", '{"a": 1}\n[1]\n', "line 2, must be an object, got a list"),
        ("bad.json", '[{"a": 1}, 2]', "entry 1, must be an object, got a int"),
        ("deep.jsonl", "[" * 100_000, "line 1, must be JSON"),
        ("short.csv", "a,b\n1,2\n3\n", "line 3, must have the 2 fields"),
        ("long.csv", "a,b\n1,2,3\n", "line 2, must have the 2 fields"),
        ("open.csv", 'a,b\n1,"2\n', "must be CSV"),
        ("mine.txt", "a", "must end in one of .jsonl, .*, .parquet, got 'mine.txt'"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_rows(path)


def test_a_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("a\nä\n".encode("latin-1"))
    with pytest.raises(DataError, match="must be UTF-8"):
        read_rows(path)


def test_two_files_for_one_split_are_one_too_many(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", ROWS)
    write(tmp_path / "train.csv", ROWS)
    with pytest.raises(
        DataError, match=r"one file for the split 'train', got train.jsonl, train.csv"
    ):
        read_rows(tmp_path)


@pytest.mark.parametrize("name", ["./no/such/folder", "nowhere.jsonl"])
def test_a_path_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(DataNotFoundError, match=f"'{name}', and there is no such file or folder"):
        read_rows(name)


def test_an_empty_folder_says_what_it_must_hold(tmp_path: Path) -> None:
    with pytest.raises(
        DataNotFoundError, match=r"a folder with train\.jsonl or test\.jsonl.*holds none"
    ):
        read_rows(tmp_path)


SPLITS = {"train": ROWS, "test": ROWS[::-1]}


def write_jsonl(folder: Path) -> None:
    folder.mkdir()
    for split, rows in SPLITS.items():
        write(folder / f"{split}.jsonl", rows)


def write_gzip(folder: Path) -> None:
    write_jsonl(folder)
    for split in SPLITS:
        plain = folder / f"{split}.jsonl"
        (folder / f"{split}.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()


def write_as_on_the_hub(folder: Path) -> None:
    for subset in ("main", "socratic"):
        (folder / subset).mkdir(parents=True)
        for split, rows in SPLITS.items():
            for part in range(2):
                shard = rows[part : part + 1] if subset == "main" else ROWS
                name = f"{split}-0000{part}-of-00002.parquet"
                datasets.Dataset.from_list(shard).to_parquet(folder / subset / name)


def write_to_disk(folder: Path) -> None:
    splits = {split: datasets.Dataset.from_list(rows) for split, rows in SPLITS.items()}
    datasets.DatasetDict(splits).save_to_disk(folder)


@pytest.fixture(autouse=True)
def quiet_progress_bars() -> Any:
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


@pytest.mark.parametrize("write", [write_jsonl, write_gzip, write_as_on_the_hub, write_to_disk])
def test_every_layout_gives_the_same_rows(write: Any, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(folder)
    splits = read_rows(folder, "main")
    assert {split: [row.values for row in rows] for split, rows in splits.items()} == SPLITS


def test_rows_are_read_once_while_the_files_stay_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_jsonl(tmp_path / "data")
    rows = read_rows(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert read_rows("data") is rows
    write(tmp_path / "data" / "test.jsonl", [*ROWS, ROWS[0]])
    assert len(read_rows("data")["test"]) == 3


def test_a_file_that_is_not_gzip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl.gz").write_text("{}")
    with pytest.raises(DataError, match="must be a gzip file"):
        read_rows(tmp_path)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"query": "?"}, "text under 'question', got 'query'"), ({"question": 7}, "got 7")],
)
def test_a_field_that_is_not_a_text_is_refused_by_its_location(
    values: dict[str, object], words: str
) -> None:
    with pytest.raises(DataError, match=f"mine.jsonl, line 3, must have a {words}|{words}"):
        Row("mine.jsonl, line 3", values).text("question")


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
def test_an_error_of_the_hub_names_its_remedy(
    raised: Exception, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(error, match=message):
        read_rows("someone/something", "main")


def test_the_hub_gives_the_rows_of_the_part_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(name: str, subset: str | None) -> Any:
        assert (name, subset) == ("someone/else", "main")
        return {split: datasets.Dataset.from_list(rows) for split, rows in SPLITS.items()}

    monkeypatch.setattr(datasets, "load_dataset", load)
    splits = read_rows("someone/else", "main")
    assert [row.values for row in splits["train"]] == ROWS
    assert [row.values for row in splits["train"][1:]] == ROWS[1:]
    assert splits["test"][-1].location == "someone/else, test, row 1"
    with pytest.raises(IndexError):
        splits["test"][2]
