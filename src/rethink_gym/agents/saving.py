"""What a checkpoint of a learner holds, and how a learner is made of it again."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from rethink_gym.agents.checkpoint import load_state, save_atomically
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.tensors import decode_plain, encode_plain, load_tensors, save_tensors
from rethink_gym.errors import argument_error

__all__ = ["load_learner", "save_learner"]

_COUNTERS = ("num_episodes", "num_timesteps", "num_updates", "total_episodes")


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

    def tensors(self) -> dict[str, Any]:
        """Return the learner's own data."""

    def set_tensors(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `tensors` returned."""


LearnerT = TypeVar("LearnerT", bound=Learner)


def save_learner(learner: Learner, folder: Path) -> None:
    """Write a checkpoint.

    Args:
        learner: What to save.
        folder: Where it goes; a checkpoint that lies there is replaced.

    Raises:
        ArgumentError: If config, environment arguments or the learner's own data hold
            what is neither plain data nor a tensor.
    """
    state = {
        "algorithm": learner.name,
        "config": encode_plain(asdict(learner.config)),
        "env_id": learner.env_id,
        "env_kwargs": encode_plain(learner.env_kwargs),
        "sampling": encode_plain(asdict(learner.policy.sampling)),
        "dtype": str(learner.policy.model.dtype).removeprefix("torch."),
        "seed": learner.seed,
        **{counter: getattr(learner, counter) for counter in _COUNTERS},
        "random": learner.random.bit_generator.state,
    }

    def write(fresh: Path) -> None:
        learner.policy.save_pretrained(fresh / "policy")
        tensors = {
            "learner": learner.tensors(),
            "callbacks": learner.callback_state,
            "generator": learner.policy.generator.get_state(),
        }
        save_tensors(fresh, tensors)

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
        folder: The checkpoint.
        env: The environment to go on in; the one it was saved with if None.
        arguments: Further ones of the class.
        device: Where the model goes.

    Returns:
        The learner as it was.

    Raises:
        DataNotFoundError: If there is no checkpoint.
        CheckpointError: If another algorithm wrote it, or it cannot be read.
        ArgumentError: If ``env`` is needed and None, or there is no such device.
    """
    state = load_state(folder, learner_class.name)
    if env is None and state["env_id"] is None:
        raise argument_error("env", "given, since the checkpoint names none", env)
    policy = LanguageModel.from_pretrained(
        str(folder / "policy"),
        sampling=SamplingConfig(**decode_plain(state["sampling"])),
        device=device,
        dtype=getattr(torch, state["dtype"]),
    )
    learner = learner_class(
        policy,
        env if env is not None else state["env_id"],
        learner_class.config_class(**decode_plain(state["config"])),
        seed=state["seed"],
        env_kwargs=decode_plain(state["env_kwargs"]) if not isinstance(env, VectorEnv) else None,
        **arguments,
    )
    tensors = load_tensors(folder)
    learner.set_tensors(tensors["learner"])
    learner.callback_state = tensors["callbacks"]
    policy.generator.set_state(tensors["generator"])
    learner.random.bit_generator.state = state["random"]
    for counter in _COUNTERS:
        setattr(learner, counter, state[counter])
    return learner
