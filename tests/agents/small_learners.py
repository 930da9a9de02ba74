"""Every learner, small, on a task with worked solutions that random answers sometimes solve.

A file of its own, so that a child process can import it.
"""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from tests.agents.seven_env import SaySeven
from tests.digits import StartsWithDigit, make_character_llama

from rethink_gym import agents
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.callbacks import Checkpoints
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.verifiers.verifier import Verifier
from tiny_model.tokenizer import make_tokenizer

if TYPE_CHECKING:
    from stable_baselines3.common.callbacks import BaseCallback

__all__ = ["make_digit_env", "make_learner", "make_policy", "train_to_the_end"]

SMALL = {
    "problems_per_update": 2,
    "samples_per_problem": 4,
    "num_problems": 4,
    "batch_size": 4,
    "max_new_tokens": 2,
    "max_steps": 2,
    "num_epochs": 1,
    "learning_rate": 1e-2,
    "temperature": 1.0,
}


class SayDigit(SaySeven):
    """The same questions, but any digit is correct."""

    def make_verifier(self) -> Verifier:
        return StartsWithDigit()


def make_digit_env(num_envs: int) -> TextVectorEnv:
    task = SayDigit()
    return TextVectorEnv(
        [lambda: ReasoningEnv(task, max_attempts=2, reward="per_attempt") for _ in range(num_envs)]
    )


def make_policy(max_new_tokens: int = 2) -> LanguageModel:
    tokenizer = make_tokenizer()
    sampling = SamplingConfig(max_new_tokens=max_new_tokens)
    return LanguageModel(
        make_character_llama(tokenizer, max_position_embeddings=160), tokenizer, sampling
    )


def make_learner(name: str, **changes: Any) -> Algorithm[Any]:
    """Build a learner by its name, small enough to train in a second."""
    learner_class = getattr(agents, agents.ALGORITHMS[name])
    known = {field.name for field in fields(learner_class.config_class)}
    settings = {**{key: value for key, value in SMALL.items() if key in known}, **changes}
    config = learner_class.config_class(**settings)
    learner: Algorithm[Any] = learner_class(make_policy(), make_digit_env(8), config, seed=5)
    return learner


def train_to_the_end(folder: str, total_episodes: int) -> None:
    """Train from the checkpoint in a folder, if there is one; a child process may be killed."""
    torch.set_num_threads(1)
    checkpoint = Path(folder) / "checkpoint"
    try:
        learner: Algorithm[Any] = agents.SCoRe.load(checkpoint, make_digit_env(8))
    except FileNotFoundError:
        learner = make_learner("score")
    callbacks: list[BaseCallback] = [Checkpoints(checkpoint, every=1)]
    learner.learn(total_episodes, callbacks)
    learner.policy.save_pretrained(Path(folder) / "end")
