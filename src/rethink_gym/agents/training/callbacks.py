"""Callbacks of a training run, as in Stable-Baselines3: checkpoints and validation."""

import copy
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from stable_baselines3.common.callbacks import BaseCallback

from rethink_gym.errors import check_count

if TYPE_CHECKING:
    from rethink_gym.agents.training.algorithm import Algorithm

__all__ = ["Checkpoints", "Validation"]


class Checkpoints(BaseCallback):
    """Saves the algorithm every few updates, and lets Ctrl-C end a run cleanly.

    A run that was killed or interrupted resumes from the last checkpoint with identical
    results. The first Ctrl-C lets the update finish, saves, and ends training. The second
    one interrupts at once, as without this callback.

    It must precede other callbacks in the list: at the end it saves the state before
    `Validation` replaces the newest weights by the best ones.

    Args:
        folder: Folder of the checkpoint; each checkpoint replaces the previous one.
        every: Number of updates from one checkpoint to the next.
        on_interrupt: Called at the first Ctrl-C, to acknowledge it.

    Attributes:
        is_interrupted: Whether Ctrl-C ended training.

    Raises:
        ArgumentError: If ``every`` is not a whole number above 0.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        every: int = 10,
        on_interrupt: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._folder = Path(folder)
        self._every = check_count("every", every)
        self._on_interrupt = on_interrupt
        self._saved_update = -1
        self._handler: Any = None
        self.is_interrupted = False

    @property
    def training_s(self) -> float:
        """Wall-clock seconds of training, including the runs that this one resumes."""
        return self._seconds_before + time.perf_counter() - self._started

    @property
    def _algorithm(self) -> "Algorithm[Any]":
        return cast("Algorithm[Any]", self.model)

    def _on_training_start(self) -> None:
        kept = self._algorithm.callback_state.setdefault("checkpoints", {"training_s": 0.0})
        self._seconds_before = float(kept["training_s"])
        self._started = time.perf_counter()
        self._saved_update = self._algorithm.num_updates
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupt)

    def _on_rollout_start(self) -> None:
        # Not at the step itself: then the log of this update would not be written yet.
        if self._algorithm.num_updates % self._every == 0:
            self._save()

    def _on_step(self) -> bool:
        return not self.is_interrupted

    def _on_training_end(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        if self._algorithm.is_between_updates:
            self._save()

    def _save(self) -> None:
        algorithm = self._algorithm
        if algorithm.num_updates != self._saved_update:
            algorithm.callback_state["checkpoints"] = {"training_s": self.training_s}
            algorithm.save(self._folder)
            self._saved_update = algorithm.num_updates

    def _interrupt(self, signal_number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.is_interrupted = True
        if self._on_interrupt is not None:
            self._on_interrupt()


class Validation(BaseCallback):
    """Evaluates the policy on validation problems every few updates, and keeps the best one.

    Records ``eval/accuracy@t1`` and so on. When training ends, the policy gets the weights
    of the evaluation with the highest sum of accuracies over the turns; of two equal sums,
    those of the later evaluation.

    Args:
        problems: Indices of problems of the split.
        every: Number of updates from one evaluation to the next.
        split: Split of the problems.
        patience: Number of evaluations in a row without a new best one after which training
            ends; None never ends it.

    Raises:
        ArgumentError: If ``every`` or ``patience`` is not a whole number above 0.
    """

    def __init__(
        self,
        problems: Sequence[int],
        *,
        every: int = 10,
        split: str = "validation",
        patience: int | None = None,
    ) -> None:
        super().__init__()
        self._problems = problems
        self._every = check_count("every", every)
        self._split = split
        self._patience = None if patience is None else check_count("patience", patience)
        self._kept: dict[str, Any] = {}

    @property
    def best_reward(self) -> float:
        """The highest sum of accuracies so far; -1 before the first evaluation."""
        return float(self._kept.get("best_reward", -1.0))

    @property
    def best_update(self) -> int:
        """The number of updates before the evaluation with that sum."""
        return int(self._kept.get("best_update", 0))

    @property
    def _algorithm(self) -> "Algorithm[Any]":
        return cast("Algorithm[Any]", self.model)

    def _on_training_start(self) -> None:
        measured_on = {"problems": list(self._problems), "split": self._split}
        kept = self._algorithm.callback_state.get("validation", {})
        # Results on other problems cannot be compared with these.
        is_same = {name: kept.get(name) for name in measured_on} == measured_on
        self._kept = kept if is_same else {**measured_on, "num_worse": 0}
        self._algorithm.callback_state["validation"] = self._kept

    def _on_step(self) -> bool:
        if self._algorithm.num_updates % self._every == 0:
            self._evaluate()
        return self._patience is None or self._kept["num_worse"] < self._patience

    def _on_training_end(self) -> None:
        algorithm = self._algorithm
        if not algorithm.is_between_updates:
            return
        if algorithm.num_updates % self._every != 0:
            self._evaluate()
        if "best_weights" in self._kept:
            algorithm.policy.load_trainable_state_dict(self._kept["best_weights"])

    def _evaluate(self) -> None:
        algorithm = self._algorithm
        metrics = algorithm.evaluate(self._problems, self._split)
        for name, number in metrics.to_scalars().items():
            self.logger.record(f"eval/{name}", number)
        reward = sum(metrics.accuracies)
        self._kept["num_worse"] += 1
        if reward >= self.best_reward:
            weights = copy.deepcopy(algorithm.policy.trainable_state_dict())
            self._kept |= {
                "best_reward": float(reward),
                "best_update": algorithm.num_updates,
                "best_weights": weights,
                "num_worse": 0,
            }
        self.logger.record("eval/best", self.best_reward)
        self.logger.record("eval/best_update", self.best_update)
