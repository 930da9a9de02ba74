"""The task of ``benchmarks/trainers.py`` as environments: whole answers, and single tokens."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from stable_baselines3.common.vec_env import VecMonitor

from rethink_gym.agents import LanguageModel
from rethink_gym.envs import ReasoningEnv, TextVectorEnv
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.integrations.sb3 import TokenVecEnv, make_codec
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import Verifier
from trainers_work import reward_of

__all__ = ["make_env", "make_token_env"]


class PromptTask(Task):
    """A given list of prompts, in one split."""

    name: ClassVar = "prompts"

    def __init__(self, prompts: Sequence[str]) -> None:
        self._prompts = prompts

    @property
    def splits(self) -> tuple[str, ...]:
        """The only split is ``train``."""
        return ("train",)

    def size(self, split: str) -> int:
        """Return the number of prompts."""
        return len(self._prompts)

    def problem(self, index: int, split: str) -> Problem:
        """Return one prompt; it has no correct answer."""
        self.check_index(index, split)
        return Problem(f"prompts/train/{index}", self._prompts[index], "")

    def make_verifier(self) -> Verifier:
        """Build the verifier with the reward of all sides."""
        return RewardVerifier()


class RewardVerifier(Verifier):
    """The reward function of all sides, as a verifier."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Score one answer."""
        score = reward_of(answer)
        return Verdict(score, score == 1.0, Reason.EQUAL if score == 1.0 else Reason.DIFFERENT)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration."""
        return {"type": "reward"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned."""
        return cls()


def make_env(prompts: Sequence[str], num_envs: int) -> TextVectorEnv:
    """Create the environment of whole answers."""
    task = PromptTask(prompts)
    return TextVectorEnv([lambda: ReasoningEnv(task)] * num_envs)


def make_token_env(
    prompts: Sequence[str], model: Path, num_envs: int, *, window: int, max_new_tokens: int
) -> VecMonitor:
    """Create the environment for Stable-Baselines3, with one token per step."""
    task = PromptTask(prompts)
    codec = make_codec(LanguageModel.from_pretrained(model))
    envs = [ReasoningEnv(task) for _ in range(num_envs)]
    return VecMonitor(TokenVecEnv(envs, codec, window=window, max_new_tokens=max_new_tokens))
