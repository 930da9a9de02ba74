"""The log of a run, also of one that goes on."""

import csv
import json
from pathlib import Path

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.log import make_logger


def write(folder: Path, rows: list[dict[str, float]], *, kept: int = 0) -> None:
    logger = make_logger(folder, (), num_rows=kept)
    for row in rows:
        for name, number in row.items():
            logger.record(name, number)
        logger.dump(0)
    logger.close()


def read(folder: Path) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    lines = (folder / "progress.json").read_text().splitlines()
    with (folder / "progress.csv").open() as file:
        rows = [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
    return [json.loads(line) for line in lines], rows


def test_rows_after_the_last_checkpoint_are_logged_again(tmp_path: Path) -> None:
    write(tmp_path, [{"loss": 1.0}, {"loss": 2.0, "eval": 0.5}, {"loss": 3.0}, {"loss": 4.0}])
    write(tmp_path, [{"loss": 30.0, "late": 1.0}, {"loss": 40.0}], kept=2)
    whole = [
        {"loss": 1.0},
        {"loss": 2.0, "eval": 0.5},
        {"loss": 30.0, "late": 1.0},
        {"loss": 40.0},
    ]
    assert read(tmp_path) == (whole, whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["progress.csv", "progress.json"]


def test_a_line_that_was_cut_off_is_no_row(tmp_path: Path) -> None:
    write(tmp_path, [{"loss": 1.0}, {"loss": 2.0}])
    path = tmp_path / "progress.json"
    path.write_text(path.read_text()[:-6])
    write(tmp_path, [{"loss": 20.0}], kept=2)
    assert read(tmp_path)[0] == [{"loss": 1.0}, {"loss": 20.0}]


def test_tensorboard_and_the_terminal_are_written_if_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = make_logger(tmp_path, ("stdout", "tensorboard"))
    logger.record("train/loss", 1.5)
    logger.dump(3)
    logger.close()
    assert "loss" in capsys.readouterr().out
    assert list((tmp_path / "tensorboard").glob("events.out.tfevents.*"))


def test_a_format_that_is_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ArgumentError, match="log format must be one of 'stdout', 'tensorboard', 'wandb'"
    ):
        make_logger(tmp_path, ("excel",))
