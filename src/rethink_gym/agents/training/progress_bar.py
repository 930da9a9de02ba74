"""A progress bar for learning, with the metrics that matter."""

from typing import Protocol, cast

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from stable_baselines3.common.callbacks import BaseCallback

from rethink_gym.metrics.log_keys import LOG_KEYS, split_log_key

__all__ = ["ProgressBar"]

_SHOWN = (
    "train/accuracy@t1",
    "train/accuracy@t2",
    "train/accuracy@t3",
    "train/solved",
    "train/delta",
    "train/kl_t1",
    "train/stage",
    "train/entropy",
    "train/loss",
    "train/reward",
)
"""Metrics that may be shown, most important first. `LOG_KEYS` describes them."""

_MAX_SHOWN = 5
"""As many fit a terminal of 80 columns."""


class Learning(Protocol):
    """What the bar reads of an algorithm."""

    name: str
    num_episodes: int
    total_episodes: int


class ProgressBar(BaseCallback):
    """Shows how many episodes are played and what the last batch of them earned."""

    def __init__(self) -> None:
        super().__init__()
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=8),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[numbers]}"),
        )

    @property
    def _algorithm(self) -> Learning:
        return cast("Learning", self.model)

    def _on_training_start(self) -> None:
        algorithm = self._algorithm
        self._task = self._progress.add_task(
            algorithm.name,
            total=algorithm.total_episodes,
            completed=algorithm.num_episodes,
            numbers="",
        )
        self._progress.start()

    def _on_step(self) -> bool:
        recorded = self.logger.name_to_value
        known = [name for name in _SHOWN if name in recorded][:_MAX_SHOWN]
        numbers = " ".join(_short_form(name, recorded[name]) for name in known)
        self._progress.update(self._task, completed=self._algorithm.num_episodes, numbers=numbers)
        return True

    def _on_training_end(self) -> None:
        self._progress.stop()


def _short_form(name: str, value: float) -> str:
    stem, turn, _ = split_log_key(name)
    key = LOG_KEYS[stem]
    label = key.symbol or key.name
    if turn:
        label = f"{key.short}{turn.removeprefix('t')}" if key.short else f"{label}@{turn}"
    return f"{label} {value:.{key.digits}f}"
