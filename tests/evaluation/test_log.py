"""The training log, also of a resumed run."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from stable_baselines3.common.logger import configure

from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError
from rethink_gym.evaluation.log import load_progress, make_logger


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


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (['{"loss": 1}', '{"loss": 2}', '{"lo'], [{"loss": 1.0}, {"loss": 2.0}]),
        (['{"loss": 1}', '{"lo', '{"loss": 3}', '{"loss": 4}'], [{"loss": 1.0}]),
        (['{"lo', '{"loss": 2}'], []),
    ],
    ids=["at the end", "in the middle", "at the start"],
)
def test_a_log_that_broke_off_is_read_up_to_there(
    tmp_path: Path, lines: list[str], kept: list[dict[str, float]]
) -> None:
    (tmp_path / "progress.json").write_text("\n".join(lines))
    write(tmp_path, [{"loss": 9.0}], kept=10)
    assert read(tmp_path)[0] == [*kept, {"loss": 9.0}]


def test_a_line_that_was_cut_off_is_not_kept(tmp_path: Path) -> None:
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
        make_logger(tmp_path, ("excel",))  # type: ignore[arg-type]  # the type refuses it too


def test_logged_numbers_are_read_back_by_name(tmp_path: Path) -> None:
    logger = configure(str(tmp_path), ["csv"])
    for update in range(4):
        logger.record("train/loss", 0.5 * update)
        if update == 2:  # a name that comes late makes the logger rewrite the file
            logger.record("eval/accuracy@t1", 0.25)
            logger.record("train/note", 'text, with "quotes"')
        logger.dump(update)
    logger.close()
    progress = load_progress(tmp_path / "progress.csv")
    assert list(progress) == ["eval/accuracy@t1", "train/loss"]
    np.testing.assert_equal(progress["train/loss"], [0.0, 0.5, 1.0, 1.5])
    np.testing.assert_equal(progress["eval/accuracy@t1"], [np.nan, np.nan, 0.25, np.nan])


def test_a_run_that_logged_nothing_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "progress.csv").touch()
    assert load_progress(tmp_path / "progress.csv") == {}


def test_a_missing_file_and_a_broken_one_give_different_errors(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="path must be a progress file"):
        load_progress(tmp_path / "progress.csv")
    (tmp_path / "progress.csv").write_text("a,b\n1,2\n1,2,3\n")
    with pytest.raises(DataError, match="line 3, has more values than names"):
        load_progress(tmp_path / "progress.csv")
