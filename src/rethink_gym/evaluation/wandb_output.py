"""Numbers to Weights & Biases, as one more output of Stable-Baselines3's logger."""

import importlib
from collections.abc import Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from stable_baselines3.common.logger import KVWriter

from rethink_gym.errors import MissingExtraError

__all__ = ["WandbOutput", "load_wandb"]

_ID_FILE = "wandb_id.txt"


def load_wandb() -> Any:
    """Import wandb, which is an extra.

    Returns:
        The module.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        return importlib.import_module("wandb")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f'The log format "wandb" needs {error.name}. '
            'Install it by `pip install "rethink-gym[wandb]"`.'
        ) from error


class WandbOutput(KVWriter):
    """Writes what is logged to a run of Weights & Biases.

    The run is called as its folder, where its files and its id lie: a run that goes on
    goes on there too, and what it logs for steps that were logged before is ignored.
    All else is taken from the environment, such as ``WANDB_PROJECT`` and
    ``WANDB_MODE=offline``.

    Args:
        folder: The folder of the run.

    Raises:
        MissingExtraError: If wandb is not installed.
    """

    def __init__(self, folder: Path) -> None:
        id_path = folder / _ID_FILE
        self._run = load_wandb().init(
            name=folder.resolve().name,
            dir=str(folder),
            id=id_path.read_text(encoding="utf-8").strip() if id_path.is_file() else None,
            resume="allow",
        )
        id_path.write_text(f"{self._run.id}\n", encoding="utf-8")

    def write(
        self,
        key_values: Mapping[str, Any],
        key_excluded: Mapping[str, tuple[str, ...]],
        step: int = 0,
    ) -> None:
        """Log the numbers of one update.

        Args:
            key_values: By name; what is no number is left out.
            key_excluded: For each name the outputs that it is kept from.
            step: Steps of the environment so far.
        """
        numbers = {
            name: float(value)
            for name, value in key_values.items()
            if isinstance(value, Real) and "wandb" not in (key_excluded.get(name) or ())
        }
        self._run.log(numbers, step=step)

    def close(self) -> None:
        """End the run."""
        self._run.finish()
