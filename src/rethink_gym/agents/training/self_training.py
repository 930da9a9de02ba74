"""What the learners in rounds share: sample, select, fit, and again.

A subclass says which of the samples are imitated, and how; see `SelfTraining.select`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import (
    Demonstration,
    capped,
    choose_problems,
    demonstrate,
    distinct,
    from_json_lines,
    load_recorded,
    play_solutions,
    solved_problems,
    to_json_lines,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.supervised import FitConfig, fit
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import check_count

__all__ = ["SelfTraining", "SelfTrainingConfig"]


@dataclass(frozen=True, kw_only=True)
class SelfTrainingConfig(FitConfig):
    """The settings of learners in rounds.

    Attributes:
        num_problems: Problems of the training set, drawn once by the seed of the
            learner; every round samples all of them.
        samples_per_problem: Episodes played of each in a round.
        max_per_problem: Most demonstrations of one problem in a fit.
        accumulate: Whether a round is fitted to what earlier rounds found as well.
        from_base: Whether a fit starts from the base weights, not from the last ones.
        base_model: What the base weights are: a folder, a name on the hub or
            ``"tiny"``. By default those of the policy as the run begins; another one,
            such as the pretrained model, if the policy was fine-tuned before.
        initial_data: What every fit imitates besides: ``"none"``, ``"solutions"`` for
            the worked solutions of the problems, or a file of recorded episodes.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    num_problems: int = 1024
    samples_per_problem: int = 4
    max_per_problem: int = 4
    keep_all_rounds: bool = True
    from_base: bool = True
    base_model: str | None = None
    initial_data: str = "none"

    def __post_init__(self) -> None:
        FitConfig.__post_init__(self)
        for name in ("num_problems", "samples_per_problem", "max_per_problem"):
            check_count(name, getattr(self, name))


SelfTrainingConfigT = TypeVar("SelfTrainingConfigT", bound=SelfTrainingConfig)


class SelfTraining(Algorithm[SelfTrainingConfigT]):
    """A learner that imitates a selection of what it said itself, round by round.

    A round is an update: it samples every problem of the training set, selects, and
    fits the base weights anew to all that was selected so far. A round without
    anything to imitate leaves the policy as it is.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        problems: The indices of the training set.
        data: What was selected so far.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
    """

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: SelfTrainingConfigT | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.problems = choose_problems(self.config.num_problems, self.num_problems, seed)
        self.data: list[Demonstration] = []
        self._base: dict[str, torch.Tensor] = {}
        if self.config.base_model is None:
            self._base = _copy_of(policy.trainable_state_dict())

    @abstractmethod
    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Say what of a round's samples is imitated.

        Args:
            episodes: The samples of each problem, one problem after the other.

        Returns:
            The demonstrations; equal ones are left out by the caller.
        """

    @property
    def episodes_per_update(self) -> int:
        """Problems times samples of each."""
        return self.config.num_problems * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of every problem of the training set."""
        num_samples = self.config.samples_per_problem
        repeated = [problem for problem in self.problems for _ in range(num_samples)]
        return play_episodes(self, self.env, repeated, seed=self.seed)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Select from the samples, and fit the policy to the selection.

        Args:
            episodes: What `collect` returned.

        Returns:
            ``num_selected`` in this round, ``num_data`` distinct ones in all,
            ``num_fitted`` within the cap; and, if that is not 0, how the fit went
            (see `Fit`).
        """
        selected = self.select(episodes)
        earlier = self.data if self.config.keep_all_rounds else []
        self.data = distinct([*earlier, *selected])
        imitated = capped(
            distinct([*self._initial_data(), *self.data]), self.config.max_per_problem, self.random
        )
        numbers = {
            "num_selected": float(len(selected)),
            "num_data": float(len(self.data)),
            "num_fitted": float(len(imitated)),
        }
        if not imitated:
            return numbers
        if self.config.from_base:
            self.policy.load_trainable_state_dict(self.base_weights)
        fitted = fit(self.policy, imitated, self.config, self.random)
        return numbers | (fitted.to_scalars() if fitted else {})

    @property
    def base_weights(self) -> dict[str, torch.Tensor]:
        """The weights that a fit starts from."""
        if not self._base:
            base = LanguageModel.from_pretrained(str(self.config.base_model))
            self._base = base.trainable_state_dict()
        return self._base

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation."""
        sampling = self.config.sampling(self.policy, deterministic=deterministic)
        return self.policy.act(conversations, sampling)

    def state_dict(self) -> dict[str, Any]:
        """Return the base weights, and what was selected so far."""
        return {"base": self.base_weights, "data": to_json_lines(self.data)}

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self._base = _copy_of(tensors["base"])
        self.data = from_json_lines(tensors["data"])

    def _initial_data(self) -> list[Demonstration]:
        """Return what every fit imitates besides the selection."""
        if self.config.initial_data == "none":
            return []
        if self.config.initial_data == "solutions":
            solved = solved_problems(self.env, self.problems)
            episodes = play_solutions(self.policy, self.env, solved)
        else:
            episodes = load_recorded(self.config.initial_data)
        return [
            demonstrate(self.policy, episode, [True] * len(episode.turns)) for episode in episodes
        ]


def _copy_of(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in weights.items()}
