"""Scripted policies that know the answers of ``MathSelfCorrect-v0``, and a scripted learner."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.models import make_qwen2, make_tokenizer

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.config import TrainingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.problem import Problem
from rethink_gym.verifiers import MathVerifier

__all__ = [
    "ByTurn",
    "Learner",
    "LearnerConfig",
    "ListingVerifier",
    "always",
    "even",
    "never",
    "save_model",
    "solve",
]

Rule = Callable[[int], bool]


def solve(chain: str) -> int:
    return sum(int(term) for term in re.findall(r"[+-]?\d+", chain))


def always(answer: int) -> bool:
    return True


def even(answer: int) -> bool:
    return answer % 2 == 0


def never(answer: int) -> bool:
    return False


class ListingVerifier(MathVerifier):
    """Lists the gold answer of each problem and one more solution, which is never given.

    Args:
        max_listed: Largest gold answer whose solutions are listed.
    """

    def __init__(self, max_listed: float = math.inf) -> None:
        super().__init__()
        self._max_listed = max_listed

    def list_solutions(self, problem: Problem) -> frozenset[str] | None:
        if int(problem.gold) > self._max_listed:
            return None
        return frozenset({self.canonical_solution(problem.gold, problem), "another"})

    def canonical_solution(self, answer: str, problem: Problem) -> str:
        return f"canonical {int(answer)}"


class ByTurn:
    """Gives the correct answer in a turn exactly when the rule of the turn accepts it."""

    def __init__(self, *rules: Rule, note: str = "") -> None:
        self._rules = rules
        self._note = note

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return [Completion(self._answer(conversation)) for conversation in conversations]

    def _answer(self, conversation: Conversation) -> str:
        gold = solve(conversation[0].content.split(".")[0])
        is_correct = self._rules[len(conversation) // 2](gold)
        return f"{self._note}\nA: {gold if is_correct else gold + 1}"


@dataclass(frozen=True, kw_only=True)
class LearnerConfig(TrainingConfig):
    """Settings of `Learner`: one of each type that the command line can set."""

    episodes: int = 4
    note: str = ""
    rate: float = 0.5
    is_eager: bool = False
    limit: int | None = None
    stops: tuple[str, ...] = ()


class Learner(Algorithm[LearnerConfig]):
    """Half of its answers are correct; after the first update all second answers are."""

    name: ClassVar = "by_script"
    config_class: ClassVar = LearnerConfig
    default_episodes: ClassVar = 12

    @property
    def episodes_per_update(self) -> int:
        return self.config.episodes

    def collect(self) -> list[Episode]:
        return play_episodes(self, self.env, range(self.episodes_per_update))

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        return {"kl_t1": 0.1 * self.num_updates, "stage": 1.0 + (self.num_updates > 0)}

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        second = even if self.num_updates == 0 else always
        return ByTurn(even, second, note=self.config.note).act(conversations)


def save_model(folder: Path) -> Path:
    """Save a Qwen2 with random weights, a byte-level BPE tokenizer and a chat template."""
    tokenizer = make_tokenizer()
    model = make_qwen2(len(tokenizer), max_position_embeddings=1024)
    LanguageModel(model, tokenizer).save_pretrained(folder)
    return folder
