"""What is done for a run while it learns: validation, checkpoints, logs, a clean Ctrl-C."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.errors import check_count
from rethink_gym.evaluation.log import check_log_formats, make_logger

if TYPE_CHECKING:
    from rich.console import Console
    from stable_baselines3.common.callbacks import BaseCallback

    from rethink_gym.agents.training.algorithm import Algorithm

__all__ = ["CHECKPOINT", "Upkeep", "learn"]

CHECKPOINT = "checkpoint"
"""Where it lies in the folder of a run."""


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """What is done for a run while it learns, without a say in what is learned.

    Attributes:
        validate_every: Updates between measurements on the split ``validation``, of
            which the best weights are kept; 0 for none.
        num_validation_problems: Problems of such a measurement.
        patience: After how many measurements without a new best one learning ends;
            None to learn to the end.
        checkpoint_every: Updates between checkpoints.
        log_formats: Where numbers go besides ``progress.json`` and ``progress.csv``:
            ``"stdout"``, ``"tensorboard"``, ``"wandb"``.

    Raises:
        ArgumentError: If a value is not what it must be.
        MissingExtraError: If a log format needs what is not installed.
    """

    validate_every: int = 0
    num_validation_problems: int = 200
    patience: int | None = None
    checkpoint_every: int = 10
    log_formats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_count("validate_every", self.validate_every, 0)
        check_count("num_validation_problems", self.num_validation_problems)
        check_count("checkpoint_every", self.checkpoint_every)
        if self.patience is not None:
            check_count("patience", self.patience)
        check_log_formats(self.log_formats)


def learn(
    algorithm: "Algorithm[Any]",
    folder: Path,
    settings: Mapping[str, Any],
    console: "Console | None",
) -> float:
    """Learn to the end of a run, and leave the best weights as its checkpoint.

    Args:
        algorithm: The learner, as it begins or as its last checkpoint left it.
        folder: The run.
        settings: What it was begun with; those of `Upkeep` are looked at, and
            ``total_episodes``.
        console: Where a progress bar goes; nowhere if None.

    Returns:
        Wall-clock seconds spent learning, by all the processes that it took.

    Raises:
        DivergenceError: If a loss or gradient is infinite or no number.
        KeyboardInterrupt: If Ctrl-C ended it, saved and ready to go on.
    """
    from rethink_gym.agents.training.callbacks import Checkpoints, Validation

    finished = algorithm.callback_state.get("run")
    if finished is not None:
        return float(finished["training_s"])

    def hear() -> None:
        if console is not None:
            console.print("Ending after this update; Ctrl-C again ends at once.", style="bold")

    checkpoints = Checkpoints(
        folder / CHECKPOINT, every=settings["checkpoint_every"], on_interrupt=hear
    )
    callbacks: list[BaseCallback] = [checkpoints]
    if settings["validate_every"]:
        validation = Validation(
            range(settings["num_validation_problems"]),
            every=settings["validate_every"],
            patience=settings["patience"],
        )
        callbacks.append(validation)
    logger = make_logger(folder, settings["log_formats"], num_rows=algorithm.num_updates)
    algorithm.set_logger(logger)
    try:
        algorithm.learn(settings["total_episodes"], callbacks, progress_bar=console is not None)
    finally:
        logger.close()
    if checkpoints.is_interrupted:
        raise KeyboardInterrupt
    training_s = checkpoints.training_s
    algorithm.callback_state = {"run": {"training_s": training_s}}
    algorithm.save(folder / CHECKPOINT)
    return training_s
