"""Environments of every protocol, small enough to train any learner in a second."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import torch
from gymnasium.spaces import Text
from gymnasium.vector import SyncVectorEnv, VectorEnv
from tests.models import make_llama, make_tokenizer

from rethink_gym.agents.demonstrations import encode_completion
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.envs.prompt import HINT_REQUEST

__all__ = ["PROTOCOLS", "HalfOracle", "make_policy", "make_protocol_env"]

_CHARACTERS = "".join(map(chr, range(32, 127))) + "\n"


class Rating(gym.Env[str, str]):
    """A foreign environment: no verdicts, no problems, a reward for digits.

    Args:
        max_turns: Number of turns of an episode; the maximum with ``is_random``.
        is_random: Whether each episode has its own number of turns.
    """

    def __init__(self, max_turns: int = 2, *, is_random: bool = False) -> None:
        self.observation_space = Text(max_length=200, charset=_CHARACTERS)
        self.action_space = Text(max_length=4096, charset=_CHARACTERS)
        self._max_turns = max_turns
        self._is_random = is_random

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self._left = self._max_turns
        if self._is_random:
            self._left = int(self.np_random.integers(1, self._max_turns + 1))
        return f"Say number {self.np_random.integers(100)}.", {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        self._left -= 1
        reward = sum(map(str.isdigit, action)) / max(len(action), 1)
        return "Again.", reward, self._left == 0, False, {}


def _foreign(num_envs: int, *, is_random: bool) -> VectorEnv[Any, Any, Any]:
    return SyncVectorEnv([lambda: Rating(3, is_random=is_random) for _ in range(num_envs)])


def _ours(env_id: str, **options: Any) -> Callable[[int], VectorEnv[Any, Any, Any]]:
    return lambda num_envs: gym.make_vec(env_id, num_envs=num_envs, **options)


PROTOCOLS: Mapping[str, Callable[[int], VectorEnv[Any, Any, Any]]] = {
    "one attempt": _ours("Math-v0", level=1),
    "two attempts": _ours("MathSelfCorrect-v0", level=1),
    "three attempts": _ours("MathSelfCorrect-v0", level=1, max_attempts=3),
    "stop when correct": _ours("MathSelfCorrect-v0", level=1, stop_when_correct=True),
    "hints": _ours("MathSelfCorrect-v0", level=1, max_hints=1),
    "hints, stop when correct": _ours(
        "MathSelfCorrect-v0", level=1, max_hints=1, stop_when_correct=True
    ),
    "steps by claims": _ours("MathSteps-v0", level=1, max_steps=6),
    "steps by moves": _ours("CountdownSteps-v0", max_steps=6),
    "foreign": lambda num_envs: _foreign(num_envs, is_random=False),
    "foreign, random turns": lambda num_envs: _foreign(num_envs, is_random=True),
}
"""Factories of vector environments, by the structure of their episodes."""


def make_protocol_env(protocol: str, num_envs: int) -> VectorEnv[Any, Any, Any]:
    """Build the vector environment of a protocol."""
    return PROTOCOLS[protocol](num_envs)


class HalfOracle(LanguageModel):
    """Knows the worked solutions of some problems, and answers every second message correctly.

    Messages alternate between the solution (or its next step) and noise, over the whole
    batch and over the turns, so that correct and incorrect answers, corrections, spoilt answers
    and episodes of unequal length all occur. Every third first message asks for a hint.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        # A copy of the policy, such as a reference, knows no solutions.
        self.solutions: dict[str, str] = {}
        self.has_steps = self.asks_for_hints = False

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        completions = super().act(conversations, sampling)
        for index, conversation in enumerate(conversations):
            turn, prompt = len(conversation) // 2, conversation[0].content
            known = [text for start, text in self.solutions.items() if prompt.startswith(start)]
            if not known or (index + turn) % 2:
                if self.asks_for_hints and turn == 0 and index % 3 == 1:
                    completions[index] = encode_completion(self, HINT_REQUEST)
                continue
            lines = [line for line in known[0].splitlines() if line.strip()]
            text = lines[min(turn, len(lines) - 1)] if self.has_steps else known[0]
            completions[index] = encode_completion(self, text)
        return completions


def make_policy(max_length: int = 2048) -> HalfOracle:
    """Build a random model of 32 dimensions without known solutions."""
    tokenizer = make_tokenizer()
    torch.manual_seed(0)
    model = make_llama(len(tokenizer), hidden_size=32, max_position_embeddings=max_length)
    return HalfOracle(model, tokenizer, seed=0)
