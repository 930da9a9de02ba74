"""Learners in rounds: sample, select, fit, and again.

A learner writes `update`: it selects examples from the samples of a round, and hands them
to `SelfTraining.imitate`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import (
    SFTExample,
    cap_per_problem,
    choose_problems,
    fits_context,
    from_json_lines,
    load_recorded,
    make_example,
    play_solutions,
    solved_problems,
    to_json_lines,
    unique_examples,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.lora import is_adapter
from rethink_gym.agents.rollout import play_groups
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.config import TrainingConfig, check_fraction
from rethink_gym.agents.training.supervised import fit
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count

__all__ = ["SelfTraining", "SelfTrainingConfig"]


@dataclass(frozen=True, kw_only=True)
class SelfTrainingConfig(TrainingConfig):
    """Settings of learners in rounds; see `TrainingConfig` for the others.

    Attributes:
        num_problems: Number of problems of the training set, drawn once by the seed of the
            learner; every round samples all of them.
        samples_per_problem: Number of episodes played of each problem in a round.
        max_per_problem: Maximum number of examples of one problem in a fit.
        keep_all_rounds: Whether a round is fitted to the examples of earlier rounds, too.
        from_base: Whether a fit starts from the base weights, not from the last ones.
        base_model: Source of the base weights: a folder, a name on the hub or ``"tiny"``.
            By default those of the policy at the start of the run; another one, such as the
            pretrained model, if the policy was fine-tuned before.
        initial_data: What every fit imitates in addition: ``"none"``, ``"solutions"`` for
            the worked solutions of the problems, or a file of recorded episodes.
        batch_size: Number of examples per gradient step.
        num_epochs: Maximum number of passes over the set.
        validation_frac: Fraction of the problems whose examples are held out, in [0, 1).
        patience: Number of passes without a lower validation loss after which the fit
            stops. The weights with the lowest loss are kept.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    learning_rate: float = 3e-4
    max_tokens_per_micro_batch: int = 4096
    num_problems: int = 1024
    samples_per_problem: int = 4
    max_per_problem: int = 4
    keep_all_rounds: bool = True
    from_base: bool = True
    base_model: str | None = None
    initial_data: str = "none"
    batch_size: int = 32
    num_epochs: int = 3
    validation_frac: float = 0.0
    patience: int = 1

    def __post_init__(self) -> None:
        """Check the settings."""
        TrainingConfig.__post_init__(self)
        for name in (
            "num_problems",
            "samples_per_problem",
            "max_per_problem",
            "batch_size",
            "num_epochs",
            "patience",
        ):
            check_count(name, getattr(self, name))
        check_fraction(self, "validation_frac", below_one=True)


SelfTrainingConfigT = TypeVar("SelfTrainingConfigT", bound=SelfTrainingConfig)


class SelfTraining(Algorithm[SelfTrainingConfigT]):
    """A learner that imitates a selection of its own samples, round by round.

    A round is an update: it samples every problem of the training set, selects examples,
    and fits the base weights again to everything selected so far. A round without
    examples leaves the policy as it is. See `Algorithm` for the arguments.

    Attributes:
        problems: Indices of the problems of the training set.
        data: The examples selected so far.

    Raises:
        ArgumentError: If ``config.base_model`` is given for a policy with an adapter, or
            no problem has a worked solution and ``config.initial_data`` asks for them.
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
        self.data: list[SFTExample] = []
        self._base: dict[str, torch.Tensor] = {}
        if self.config.base_model is None:
            self._base = _copy_of(policy.trainable_state_dict())
        elif any(is_adapter(name) for name in policy.trainable_state_dict()):
            remedy = "A fit of an adapter starts from the adapter that the policy has now."
            raise argument_error(
                "base_model", "None for a policy with an adapter", self.config.base_model, remedy
            )
        if self.config.initial_data == "solutions":
            solved_problems(self.env, self.problems)  # refused now if none has a solution

    @property
    def episodes_per_update(self) -> int:
        """Number of problems times number of samples of each."""
        return self.config.num_problems * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of every problem of the training set."""
        return play_groups(
            self, self.env, self.problems, self.config.samples_per_problem, seed=self.seed
        )

    def imitate(self, selected: Sequence[SFTExample]) -> dict[str, float]:
        """Fit the policy to what was selected in this round, and in earlier ones.

        Args:
            selected: The examples of this round; equal ones count once.

        Returns:
            ``num_selected`` in this round, ``num_data`` different ones in all,
            ``num_fitted`` within the cap and the model's context; and, if that is not 0,
            how the fit went (see `Fit`).
        """
        config = self.config
        numbers = self.add_data(selected)
        examples = cap_per_problem(
            fits_context(self.policy, unique_examples([*self._initial_data(), *self.data])),
            config.max_per_problem,
            self.random,
        )
        numbers["num_fitted"] = float(len(examples))
        if not examples:
            return numbers
        if config.from_base:
            self.policy.load_trainable_state_dict(self.base_weights)
        fitted = fit(self.policy, examples, config, config, self.random)
        return numbers | (fitted.to_scalars() if fitted else {})

    def add_data(self, selected: Sequence[SFTExample]) -> dict[str, float]:
        """Add what was selected in this round to `data`, without a fit.

        Args:
            selected: The examples of this round; equal ones count once.

        Returns:
            ``num_selected`` and ``num_data`` as of `imitate`, and ``num_fitted``, which is 0.
        """
        earlier = self.data if self.config.keep_all_rounds else []
        self.data = unique_examples([*earlier, *selected])
        num_selected, num_data = float(len(selected)), float(len(self.data))
        return {"num_selected": num_selected, "num_data": num_data, "num_fitted": 0.0}

    @property
    def base_weights(self) -> dict[str, torch.Tensor]:
        """The weights that a fit starts from."""
        if not self._base:
            base = LanguageModel.from_pretrained(str(self.config.base_model))
            self._base = base.trainable_state_dict()
        return self._base

    def state_dict(self) -> dict[str, Any]:
        """Return the base weights, and the examples selected so far."""
        return {"base": self.base_weights, "data": to_json_lines(self.data)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        self._base = _copy_of(state["base"])
        self.data = from_json_lines(state["data"])

    def _initial_data(self) -> list[SFTExample]:
        """Return what every fit imitates in addition to the selection."""
        if self.config.initial_data == "none":
            return []
        if self.config.initial_data == "solutions":
            solved = solved_problems(self.env, self.problems)
            episodes = play_solutions(self.policy, self.env, solved)
        else:
            episodes = load_recorded(self.config.initial_data)
        return [
            make_example(self.policy, episode, [True] * len(episode.turns)) for episode in episodes
        ]


def _copy_of(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in weights.items()}
