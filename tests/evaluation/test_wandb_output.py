"""Weights & Biases gets what the logger gets, by a stand-in that notes it."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rethink_gym.errors import MissingExtraError
from rethink_gym.evaluation.log import make_logger
from rethink_gym.evaluation.upkeep import Upkeep


class StandIn:
    """Notes what it is told; has the parts of wandb's interface that are used."""

    def __init__(self) -> None:
        self.begun: list[dict[str, Any]] = []
        self.logged: list[tuple[int, dict[str, float]]] = []
        self.num_finished = 0

    def init(self, **arguments: Any) -> Any:
        self.begun.append(arguments)
        return SimpleNamespace(id=arguments["id"] or "abc", log=self._log, finish=self._finish)

    def _log(self, numbers: dict[str, float], step: int) -> None:
        self.logged.append((step, numbers))

    def _finish(self) -> None:
        self.num_finished += 1


@pytest.fixture
def wandb(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setitem(sys.modules, "wandb", stand_in)
    return stand_in


def log_once(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    logger = make_logger(folder, ("wandb",))
    logger.record("train/loss", np.float32(1.5))
    logger.record("train/round", 2)
    logger.record("train/note", "no number")
    logger.record("train/hidden", 7.0, exclude="wandb")
    logger.dump(8)
    logger.close()


def test_numbers_are_logged_with_their_step_and_the_run_is_ended(
    tmp_path: Path, wandb: StandIn
) -> None:
    log_once(tmp_path / "score-1")
    assert wandb.logged == [(8, {"train/loss": 1.5, "train/round": 2.0})]
    assert wandb.num_finished == 1
    assert wandb.begun[0]["name"] == "score-1"
    assert wandb.begun[0]["dir"] == str(tmp_path / "score-1")


def test_a_run_that_goes_on_goes_on_there_too(tmp_path: Path, wandb: StandIn) -> None:
    for _ in range(2):
        log_once(tmp_path)
    assert [(each["id"], each["resume"]) for each in wandb.begun] == [
        (None, "allow"),
        ("abc", "allow"),
    ]


def test_without_wandb_the_remedy_is_named_before_a_run_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    for begin in (
        lambda: Upkeep(log_formats=("wandb",)),
        lambda: make_logger(tmp_path, ("wandb",)),
    ):
        with pytest.raises(MissingExtraError, match=r'pip install "rethink-gym\[wandb\]"'):
            begin()
    assert list(tmp_path.iterdir()) == []
