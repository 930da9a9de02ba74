"""A policy and an environment so small that training takes seconds."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import torch
from gymnasium.vector import VectorEnv
from transformers import LlamaConfig, LlamaForCausalLM

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.verifier import Verifier
from tiny_model.tokenizer import make_tokenizer


class StartsWithDigit(Verifier):
    """Accepts every answer that starts with a digit: 10 of the 268 tokens do."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = answer[:1].isdecimal() and answer[:1].isascii()
        reason = Reason.EQUAL if correct else Reason.DIFFERENT
        return Verdict(float(correct), correct, reason, answer)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "starts_with_digit"}


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
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    return LanguageModel(LlamaForCausalLM(config), tokenizer)
