"""Configuration of a training run: everything that is needed to repeat or resume it."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from rethink_gym.errors import DataNotFoundError, check_count
from rethink_gym.evaluation.json_file import dataclass_from_json, read_json_object, write_json
from rethink_gym.evaluation.log import LogFormat, check_log_formats

__all__ = ["RunConfig", "RunOptions"]

_FILE = "config.json"

_PACKAGES = ("rethink-gym", "gymnasium", "numpy", "stable-baselines3", "torch", "transformers")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Validation, checkpointing and logging of a training run.

    None of these options changes a gradient; validation decides which weights are kept.

    Attributes:
        validate_every: Number of updates between validations on the split
            ``validation``. The weights with the highest sum of accuracies over the turns are
            kept. 0 turns validation off.
        num_validation_problems: Number of problems per validation.
        patience: Stop after this many validations without improvement; None never stops early.
        checkpoint_every: Number of updates between checkpoints.
        log_formats: Outputs besides ``progress.json`` and ``progress.csv``, which are always
            written: ``"stdout"``, ``"tensorboard"``, ``"wandb"``.

    Raises:
        ArgumentError: If a number is below 1 (``validate_every`` below 0), or a log format is
            unknown.
        MissingExtraError: If a log format needs a package that is not installed.
    """

    validate_every: int = 0
    num_validation_problems: int = 200
    patience: int | None = None
    checkpoint_every: int = 10
    log_formats: tuple[LogFormat, ...] = ()

    def __post_init__(self) -> None:
        check_count("validate_every", self.validate_every, 0)
        check_count("num_validation_problems", self.num_validation_problems)
        check_count("checkpoint_every", self.checkpoint_every)
        if self.patience is not None:
            check_count("patience", self.patience)
        check_log_formats(self.log_formats)


def _installed_versions() -> dict[str, str]:
    return {name: version(name) for name in _PACKAGES}


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Configuration of a training run, stored as ``config.json`` in its folder.

    Attributes:
        algorithm: Name of the learner, as in `Algorithm.name`.
        learner: Learner as given on the command line: a name, or ``path/file.py:Class``.
        env_id: Environment id.
        env_kwargs: Keyword arguments of the environment.
        model: Base model: ``"tiny"``, a folder, or a name on the hub.
        lora_rank: Rank of the low-rank adapter; None if all weights are trained.
        device: Device of the model, as torch names it.
        seed: Seed of the problems and of sampling.
        total_episodes: Number of training episodes.
        eval_split: Split of the evaluation before and after training.
        num_eval_problems: Number of problems of that evaluation.
        options: Validation, checkpointing and logging.
        config: Settings of the learner, as plain data.
        versions: Versions of the packages that decide the result.
        python: Version of Python.
        machine: Operating system and processor.

    Raises:
        ArgumentError: If ``total_episodes`` or ``num_eval_problems`` is below 1.
    """

    algorithm: str
    learner: str
    env_id: str
    env_kwargs: Mapping[str, Any]
    model: str
    lora_rank: int | None
    device: str
    seed: int
    total_episodes: int
    eval_split: str
    num_eval_problems: int
    options: RunOptions
    config: Mapping[str, Any]
    versions: Mapping[str, str] = field(default_factory=_installed_versions)
    python: str = field(default_factory=platform.python_version)
    machine: str = field(default_factory=platform.platform)

    def __post_init__(self) -> None:
        check_count("total_episodes", self.total_episodes)
        check_count("num_eval_problems", self.num_eval_problems)

    @property
    def title(self) -> str:
        """Title of the run for people, such as ``score on MathSelfCorrect-v0``."""
        return f"{self.algorithm} on {self.env_id}"

    @classmethod
    def from_dict(cls, data: object, *, source: str = "data") -> Self:
        """Build the configuration from the data that `to_dict` returned.

        Args:
            data: The data, also after a round trip through JSON.
            source: File that the data is from, for the error message.

        Returns:
            The configuration.

        Raises:
            DataError: If a key is missing or unknown, or a value is not valid.
        """
        return dataclass_from_json(cls, data, source)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data."""
        return asdict(self)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the configuration of a run.

        Args:
            folder: Folder of the run.

        Returns:
            The configuration.

        Raises:
            DataNotFoundError: If the folder does not hold a run.
            DataError: If ``config.json`` cannot be read; the message names file and key.
        """
        path = folder / _FILE
        if not path.is_file():
            raise DataNotFoundError(
                f"folder must be a run with a {_FILE}, got {str(folder)!r}. "
                "A run that ended before its first checkpoint has to be started again."
            )
        return cls.from_dict(read_json_object(path), source=str(path))

    def save(self, folder: Path) -> None:
        """Write the configuration into the folder of a run.

        Args:
            folder: Folder of the run.
        """
        write_json(folder / _FILE, self.to_dict())
