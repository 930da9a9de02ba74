"""Checkpoints: what they hold of a learner."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from rethink_gym.agents.atomic_folder import STATE_FILE, recover, save_atomically
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.training.tensor_files import (
    decode_plain,
    encode_plain,
    load_tensors,
    save_tensors,
)
from rethink_gym.errors import CheckpointError, DataNotFoundError, argument_error

__all__ = ["load_learner", "load_state", "save_learner"]

_COUNTERS = ("num_episodes", "num_timesteps", "num_updates", "total_episodes")
_STATE_KEYS = ("config", "env_id", "env_kwargs", "sampling", "dtype", "seed", "random", *_COUNTERS)


class Learner(Protocol):
    """What is saved of a learner; `Algorithm` has it all."""

    name: ClassVar[str]
    config_class: ClassVar[type[Any]]
    config: Any
    policy: LanguageModel
    env_id: str | None
    env_kwargs: dict[str, Any]
    seed: int
    random: np.random.Generator
    callback_state: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def state_dict(self) -> dict[str, Any]:
        """Return the learner's own state."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""

    def save_extra(self, folder: Path) -> None:
        """Write further files of the learner."""

    def load_extra(self, folder: Path) -> None:
        """Read what `save_extra` wrote."""


LearnerT = TypeVar("LearnerT", bound=Learner)


def save_learner(learner: Learner, folder: Path) -> None:
    """Write a checkpoint.

    Args:
        learner: The learner.
        folder: Folder of the checkpoint; an existing checkpoint is replaced.

    Raises:
        ArgumentError: If config, environment options or the learner's own state hold
            anything except plain data and tensors.
    """
    policy = learner.policy
    own_sampling = policy.sampling if policy.has_own_sampling else None
    state = {
        "algorithm": learner.name,
        "config": encode_plain(asdict(learner.config)),
        "env_id": learner.env_id,
        "env_kwargs": encode_plain(learner.env_kwargs),
        "sampling": None if own_sampling is None else encode_plain(asdict(own_sampling)),
        "dtype": str(policy.model.dtype).removeprefix("torch."),
        "seed": learner.seed,
        **{counter: getattr(learner, counter) for counter in _COUNTERS},
        "random": learner.random.bit_generator.state,
    }

    def write(fresh: Path) -> None:
        policy.save_pretrained(fresh / "policy")
        tensors = {
            "learner": learner.state_dict(),
            "callbacks": learner.callback_state,
            "generator": policy.generator.get_state(),
        }
        save_tensors(fresh, tensors)
        learner.save_extra(fresh)

    save_atomically(folder, state, write)


def load_learner(
    learner_class: type[LearnerT],
    folder: Path,
    env: str | VectorEnv[Any, Any, Any] | None,
    arguments: Mapping[str, Any],
    device: str | torch.device = "cpu",
) -> LearnerT:
    """Read a checkpoint that `save_learner` wrote.

    Args:
        learner_class: The class that must have written it.
        folder: Folder of the checkpoint.
        env: Environment to resume in; the one it was saved with if None.
        arguments: Further arguments of the class.
        device: Device of the model.

    Returns:
        The learner as it was.

    Raises:
        DataNotFoundError: If there is no checkpoint.
        CheckpointError: If another algorithm or another version wrote it, or it cannot be
            read.
        ArgumentError: If ``env`` is needed and None, or there is no such device.
    """
    state = load_state(folder, learner_class.name)
    _check_version(state, learner_class, folder)
    if env is None and state["env_id"] is None:
        raise argument_error("env", "given, since the checkpoint names none", env)
    with _unreadable(folder):
        config = learner_class.config_class(**decode_plain(state["config"]))
        env_kwargs = decode_plain(state["env_kwargs"])
        own_sampling = state["sampling"] and SamplingConfig(**decode_plain(state["sampling"]))
        dtype = getattr(torch, state["dtype"])
    policy = LanguageModel.from_pretrained(str(folder / "policy"), device=device, dtype=dtype)
    learner = learner_class(
        policy,
        env if env is not None else state["env_id"],
        config,
        seed=state["seed"],
        env_kwargs=env_kwargs if not isinstance(env, VectorEnv) else None,
        **arguments,
    )
    if own_sampling is not None:
        policy.sampling = own_sampling
    tensors = load_tensors(folder)
    with _unreadable(folder):
        learner.load_state_dict(tensors["learner"])
        learner.load_extra(folder)
        learner.callback_state = tensors["callbacks"]
        policy.generator.set_state(tensors["generator"])
        learner.random.bit_generator.state = state["random"]
        for counter in _COUNTERS:
            setattr(learner, counter, state[counter])
    return learner


def load_state(folder: Path, algorithm: str) -> dict[str, Any]:
    """Read the state of a checkpoint.

    Args:
        folder: Folder of the checkpoint.
        algorithm: Name of the algorithm that must have written it.

    Returns:
        What was given to `save_atomically` as ``state``.

    Raises:
        DataNotFoundError: If there is no checkpoint.
        CheckpointError: If it was written by another algorithm, or cannot be read.
    """
    folder = Path(folder)
    if not folder.exists():
        recover(folder)
    path = folder / STATE_FILE
    if not path.is_file():
        raise DataNotFoundError(
            f"folder must be a checkpoint with a {STATE_FILE}, got {str(folder)!r}. "
            "Give the folder that `save` wrote; in a run it is called 'checkpoint'."
        )
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        written_by = state["algorithm"]
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} cannot be read as a checkpoint: {error!r}.") from error
    if written_by != algorithm:
        raise CheckpointError(
            f"checkpoint must be one of {algorithm!r}, got one of {written_by!r} in "
            f"{str(folder)!r}. Load it with the algorithm that wrote it; its policy alone "
            f"is in {str(Path(folder) / 'policy')!r}."
        )
    return state


def _check_version(state: Mapping[str, Any], learner_class: type[Learner], folder: Path) -> None:
    """Refuse a checkpoint whose keys are not those of this version."""
    known = {field.name for field in fields(learner_class.config_class)}
    with _unreadable(folder):
        # A checkpoint without any config lacks that key, not each of its settings.
        written = set(decode_plain(state["config"])) if "config" in state else known
    differing = sorted(
        [f"no {key!r}" for key in _STATE_KEYS if key not in state]
        + [f"unknown setting {name!r}" for name in written - known]
        + [f"no setting {name!r}" for name in known - written]
    )
    if differing:
        raise CheckpointError(
            f"checkpoint must be one of this version of rethink_gym, got {', '.join(differing)} "
            f"in {str(folder)!r}. Its policy can still be loaded from {str(folder / 'policy')!r}."
        )


@contextlib.contextmanager
def _unreadable(folder: Path) -> Iterator[None]:
    """Turn what fails on the content of a checkpoint into an error that says how to continue."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"checkpoint must be one of this version of rethink_gym, got {error!r} "
            f"in {str(folder)!r}. Its policy can still be loaded from {str(folder / 'policy')!r}."
        ) from error
