"""A policy and an environment so small that training takes seconds."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from gymnasium.vector import VectorEnv
from tests.digits import StartsWithDigit, make_character_llama

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.verifiers.verifier import Verifier
from tiny_model.tokenizer import make_tokenizer


class SayDigit(GeneratedTask[int]):
    """Any digit is correct; the number in the question has no meaning."""

    name: ClassVar = "say_digit"

    @property
    def arguments(self) -> dict[str, object]:
        return {}

    def draw(self, rng: TaskRNG) -> int:
        return rng.randbelow(1000)

    def render_prompt(self, question: int) -> str:
        return f"Compute {question}."

    def solve(self, question: int) -> tuple[str, str | None]:
        return "any digit", None

    def make_verifier(self) -> Verifier:
        return StartsWithDigit()


MakeEnv = Callable[..., VectorEnv[Any, Any, Any]]


@pytest.fixture
def make_env() -> MakeEnv:
    def make(
        num_envs: int = 64, max_attempts: int = 2, reward: str = "per_attempt"
    ) -> TextVectorEnv:
        return TextVectorEnv(
            [
                lambda: ReasoningEnv(SayDigit(), max_attempts=max_attempts, reward=reward)
                for _ in range(num_envs)
            ]
        )

    return make


@pytest.fixture
def policy() -> LanguageModel:
    tokenizer = make_tokenizer()
    return LanguageModel(make_character_llama(tokenizer), tokenizer)
