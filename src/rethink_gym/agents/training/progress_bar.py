"""A progress bar for learning, with the metrics that matter."""

from typing import Protocol, cast

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from stable_baselines3.common.callbacks import BaseCallback

__all__ = ["ProgressBar"]

_SHOWN = {
    "train/accuracy@t1": "t1 {:.2f}",
    "train/accuracy@t2": "t2 {:.2f}",
    "train/accuracy@t3": "t3 {:.2f}",
    "train/delta": "Δ {:.2f}",
    "train/kl": "KL {:.2f}",
    "train/kl_t1": "KL1 {:.2f}",
    "train/stage": "stage {:.0f}",
    "train/round": "round {:.0f}",
    "train/entropy": "H {:.2f}",
    "train/loss": "loss {:.3f}",
    "train/reward": "reward {:.2f}",
}
"""What may be shown, the most telling first, and how it is worded."""

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
        numbers = " ".join(_SHOWN[name].format(recorded[name]) for name in known)
        self._progress.update(self._task, completed=self._algorithm.num_episodes, numbers=numbers)
        return True

    def _on_training_end(self) -> None:
        self._progress.stop()
