"""Supervised fine-tuning: imitates worked solutions, or recorded episodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import (
    LearnedTurns,
    choose_problems,
    fits_context,
    is_correct,
    learned_turns,
    load_recorded,
    make_example,
    play_solutions,
    solved_problems,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import derive_seed
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.config import TrainingConfig
from rethink_gym.agents.training.optimizer import make_optimizer
from rethink_gym.agents.training.supervised import imitation_step
from rethink_gym.episode import Episode
from rethink_gym.errors import check_count

__all__ = ["SFT", "SFTConfig"]


@dataclass(frozen=True, kw_only=True)
class SFTConfig(TrainingConfig):
    """Settings of supervised fine-tuning; see `TrainingConfig` for the others.

    A run makes as many passes over the training set as its episodes allow.

    Attributes:
        batch_size: Number of examples per gradient step.
        num_problems: Number of problems of the training set, drawn once by the seed of the
            learner. All problems if there are fewer.
        demonstrations: A file of recorded episodes (JSON lines) to imitate instead of
            the problems' worked solutions.
        only_correct: Whether episodes are left out whose last answer was judged incorrect.
        learned_turns: Which turns contribute to the loss: ``"all"``, ``"first"``,
            ``"last"``, or ``"correct"`` for those with a correct verdict.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    learning_rate: float = 3e-4
    max_tokens_per_micro_batch: int = 4096
    batch_size: int = 32
    num_problems: int = 2_000
    demonstrations: str | None = None
    only_correct: bool = True
    learned_turns: LearnedTurns = "all"

    def __post_init__(self) -> None:
        """Check the settings."""
        TrainingConfig.__post_init__(self)
        check_count("batch_size", self.batch_size)
        check_count("num_problems", self.num_problems)


class SFT(Algorithm[SFTConfig]):
    """Maximum likelihood on demonstrations, one gradient step per batch.

    It collects the worked solutions of problems, replayed in the environment, which judges
    them like any answer. To stop before it overfits, give `learn` the callback
    `Validation`. See `Algorithm` for the arguments.

    Raises:
        DataError: If the problems have no worked solutions, or the file no episodes.
    """

    name: ClassVar = "sft"
    config_class: ClassVar = SFTConfig
    default_episodes: ClassVar = 6_000

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: SFTConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.optimizer = make_optimizer(policy.model.parameters(), self.config)
        self._recorded: list[Episode] = []
        self._problems: list[int] = []
        if self.config.demonstrations is not None:
            self._recorded = load_recorded(self.config.demonstrations)
        else:
            chosen = choose_problems(self.config.num_problems, self.num_problems, seed)
            self._problems = solved_problems(self.env, chosen)

    @property
    def episodes_per_update(self) -> int:
        """The size of a batch."""
        return self.config.batch_size

    def collect(self) -> list[Episode]:
        """Take the next batch of demonstrations; each pass has a new order."""
        size = len(self._recorded or self._problems)
        numbers = range(self.num_episodes, self.num_episodes + self.config.batch_size)
        orders = {
            epoch: np.random.default_rng(derive_seed(self.seed, epoch)).permutation(size).tolist()
            for epoch in {number // size for number in numbers}
        }
        indices = [orders[number // size][number % size] for number in numbers]
        if self._recorded:
            return [self._recorded[index] for index in indices]
        return play_solutions(self.policy, self.env, [self._problems[index] for index in indices])

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take one step towards the demonstrations.

        Args:
            episodes: What `collect` returned.

        Returns:
            ``num_demonstrations``; and, if that is not 0, ``loss`` in nats per token
            and ``grad_norm``.
        """
        examples = [
            make_example(self.policy, episode, learned_turns(episode, self.config.learned_turns))
            for episode in episodes
            if is_correct(episode.turns[-1]) or not self.config.only_correct
        ]
        batch = fits_context(self.policy, examples)
        if not batch:
            return {"num_demonstrations": 0.0}
        loss, grad_norm = imitation_step(
            self.policy, self.optimizer, batch, self.config, self.progress
        )
        return {"num_demonstrations": float(len(batch)), "loss": loss, "grad_norm": grad_norm}

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the optimizer."""
        return {"optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        self.optimizer.load_state_dict(state["optimizer"])
