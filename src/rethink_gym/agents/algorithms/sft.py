"""Supervised fine-tuning: imitates worked solutions, or recorded episodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import (
    LEARNED_TURNS,
    choose_problems,
    demonstrate,
    is_correct,
    learned_turns,
    load_recorded,
    play_solutions,
    solved_problems,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.supervised import (
    SupervisedConfig,
    make_optimizer,
    readable,
    take_step,
)
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import check_choice, check_count

__all__ = ["SFT", "SFTConfig"]


@dataclass(frozen=True, kw_only=True)
class SFTConfig(SupervisedConfig):
    """The settings of supervised fine-tuning.

    A run passes over the training set as often as its episodes reach.

    Attributes:
        num_problems: Problems of the training set, drawn once by the seed of the
            learner. All problems if there are fewer.
        demonstrations: A file of recorded episodes (JSON lines) to imitate instead of
            the problems' worked solutions.
        only_correct: Whether episodes whose last answer was judged wrong are left out.
        learned_turns: Which turns are learned: ``"all"``, ``"first"``, ``"last"``, or
            ``"correct"`` for those that were judged right.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    num_problems: int = 2_000
    demonstrations: str | None = None
    only_correct: bool = True
    learned_turns: str = "all"

    def __post_init__(self) -> None:
        SupervisedConfig.__post_init__(self)
        check_count("num_problems", self.num_problems)
        check_choice("learned_turns", self.learned_turns, LEARNED_TURNS)


class SFT(Algorithm[SFTConfig]):
    """Maximum likelihood on demonstrations, one gradient step per batch.

    What it collects is what a teacher plays: the worked solution of the problem, which
    the environment judges like any answer. To stop before it overfits, give `learn`
    the callback `Validation`.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are imitated, and in which order.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
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
        self.optimizer = make_optimizer(policy, self.config)
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
        """Take the next batch of demonstrations, every pass in another order."""
        size = len(self._recorded or self._problems)
        numbers = range(self.num_episodes, self.num_episodes + self.config.batch_size)
        orders = {
            epoch: np.random.default_rng([self.seed, epoch]).permutation(size).tolist()
            for epoch in {number // size for number in numbers}
        }
        places = [orders[number // size][number % size] for number in numbers]
        if self._recorded:
            return [self._recorded[place] for place in places]
        return play_solutions(self.policy, self.env, [self._problems[place] for place in places])

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take one step towards the demonstrations.

        Args:
            episodes: What `collect` returned.

        Returns:
            ``num_demonstrations``; and, if that is not 0, ``loss`` in nats per token
            and ``grad_norm``.
        """
        wanted = [
            demonstrate(self.policy, episode, learned_turns(episode, self.config.learned_turns))
            for episode in episodes
            if is_correct(episode.turns[-1]) or not self.config.only_correct
        ]
        batch = readable(self.policy, wanted)
        numbers = {"num_demonstrations": float(len(batch))}
        if batch:
            loss, grad_norm = take_step(
                self.policy, self.optimizer, batch, self.config, self.progress
            )
            numbers |= {"loss": loss, "grad_norm": grad_norm}
        return numbers

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation."""
        sampling = self.config.sampling(self.policy, deterministic=deterministic)
        return self.policy.act(conversations, sampling)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the optimizer."""
        return {"optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.optimizer.load_state_dict(tensors["optimizer"])
