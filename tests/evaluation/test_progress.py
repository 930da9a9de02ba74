"""Reading back what a learner logged."""

from pathlib import Path

import numpy as np
import pytest
from stable_baselines3.common.logger import configure

from rethink_gym.errors import DataError, DataNotFoundError
from rethink_gym.evaluation.progress import load_progress


def test_what_the_logger_wrote_comes_back_by_name(tmp_path: Path) -> None:
    logger = configure(str(tmp_path), ["csv"])
    for update in range(4):
        logger.record("train/loss", 0.5 * update)
        if update == 2:  # a name that comes late makes the logger write the file anew
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


def test_a_missing_file_and_a_torn_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="path must be a progress file"):
        load_progress(tmp_path / "progress.csv")
    (tmp_path / "progress.csv").write_text("a,b\n1,2\n1,2,3\n")
    with pytest.raises(DataError, match="line 3, has more values than names"):
        load_progress(tmp_path / "progress.csv")
