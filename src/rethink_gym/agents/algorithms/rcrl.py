"""Return-conditioned learning: steps are imitated under a label that says how good they are.

A label stands before every step, within the answer; no loss falls on it. A step is a line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, ClassVar

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.algorithms.rcrl_labels import (
    balanced_mask,
    cut_steps,
    label_episode,
    monte_carlo_values,
    say_steps,
)
from rethink_gym.agents.demonstrations import Demonstration, in_tokens, normal_text
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import argument_error, check_count

__all__ = ["RCRL", "RCRLConfig", "StepValues"]

StepValues = list[list[float]]
"""What can be expected after each step of each turn of an episode, in [0, 1]."""


@dataclass(frozen=True, kw_only=True)
class RCRLConfig(SelfTrainingConfig):
    """The settings of return-conditioned learning.

    The paper takes its samples from a policy trained by expert iteration, and its
    labels from an outcome reward model; give that policy as the model to start from,
    and ``orm``. It states neither the texts of the labels nor the threshold.

    Attributes:
        orm: Folder of an outcome reward model that values the steps, such as that of
            a run of `ORM`. Without one, the value of a step is the mean return of the
            samples that begin with it.
        threshold: A step whose value is above it is good.
        good_label: What stands before a good step.
        bad_label: What stands before any other.
        good_frac: Share of the learned steps that are good, in (0, 1); the others are
            context only. By default all are learned, in the shares that they have.
        max_steps: Most steps of a message that is said under labels.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    max_per_problem: int = 16
    orm: str | None = None
    threshold: float = 0.5
    good_label: str = "!"
    bad_label: str = "?"
    good_frac: float | None = None
    max_steps: int = 32

    def __post_init__(self) -> None:
        SelfTrainingConfig.__post_init__(self)
        check_count("max_steps", self.max_steps)
        labels = (self.good_label, self.bad_label)
        if not all(labels) or labels[0] == labels[1]:
            raise argument_error("good_label and bad_label", "two different texts", labels)
        if not 0 <= self.threshold < 1:
            raise argument_error("threshold", "in [0, 1)", self.threshold)
        if self.good_frac is not None and not 0 < self.good_frac < 1:
            raise argument_error("good_frac", "in (0, 1) or None", self.good_frac)


class RCRL(SelfTraining[RCRLConfig]):
    """Imitates all samples, every step under its label, and then asks for the best label.

    Before it has learned from any sample, it speaks as the policy does by itself.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        best_label: The best label among those learned, which is forced before every
            step; None before any was.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
        DataNotFoundError: If there is no such outcome reward model.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024, section 3 (arXiv:2403.04642); Chen et al., "Decision
        Transformer", 2021 (arXiv:2106.01345).
    """

    name: ClassVar = "rcrl"
    config_class: ClassVar = RCRLConfig
    default_episodes: ClassVar = 4_096

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: RCRLConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.best_label: str | None = None
        self._good_share = 0.0
        self._orm: OutcomeRewardModel | None = None
        if self.config.orm:
            self._orm = OutcomeRewardModel.from_pretrained(self.config.orm, device=policy.device)

    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Keep all episodes, a label before every step."""
        episodes = [in_tokens(self.policy, episode) for episode in episodes]
        values = self.step_values(episodes)
        is_good = [
            value > self.config.threshold for own in values for steps in own for value in steps
        ]
        self._good_share = float(np.mean(is_good)) if is_good else 0.0
        is_learned = [True] * len(is_good)
        if self.config.good_frac is not None:
            is_learned = balanced_mask(is_good, self.config.good_frac, self.random)
        labels = {True: self.config.good_label, False: self.config.bad_label}
        if any(is_good):
            self.best_label = labels[True]
        elif is_good and self.best_label is None:
            self.best_label = labels[False]
        flags = iter(zip(is_good, is_learned, strict=True))
        demonstrations = []
        for episode, own in zip(episodes, values, strict=True):
            marked = [[next(flags) for _ in steps] for steps in own]
            before = [[labels[good] for good, _ in steps] for steps in marked]
            learned = [[learns for _, learns in steps] for steps in marked]
            demonstrations.append(label_episode(self.policy, episode, before, learned))
        return demonstrations

    def step_values(self, episodes: Sequence[Episode]) -> list[StepValues]:
        """Value every step of some samples.

        Args:
            episodes: The samples.

        Returns:
            For each episode and turn one value per step; to end a solution is worth what
            its last line is.
        """
        episodes = [in_tokens(self.policy, episode) for episode in episodes]
        told = [[self._steps(turn) for turn in episode.turns] for episode in episodes]
        if self._orm is None:
            values = _monte_carlo(episodes, told)
        else:
            conversations = [
                episode.conversation[: 2 * turn + 1]
                for episode in episodes
                for turn in range(len(episode.turns))
            ]
            answers = [_ended_in_text(steps) for own in told for steps in own]
            scores = iter(self._orm.scores(conversations, answers))
            values = [[next(scores) for _ in own] for own in told]
        for episode, own in zip(episodes, values, strict=True):
            for turn, of_turn in zip(episode.turns, own, strict=True):
                num_steps = len(cut_steps(self.policy, turn.completion.token_ids))
                of_turn += of_turn[-1:] * (num_steps - len(of_turn))
        return values

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Label and fit; also returns ``good_frac``, of the steps labelled now."""
        return {**super().update(episodes), "good_frac": self._good_share}

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation, the best label before every step."""
        if self.best_label is None:
            return super().act(conversations, deterministic=deterministic)
        sampling = self.config.sampling(self.policy, deterministic=deterministic)
        return say_steps(
            self.policy,
            conversations,
            self.best_label,
            sampling,
            max_steps=self.config.max_steps,
        )

    def state_dict(self) -> dict[str, Any]:
        """Return what the base class does, and the best label."""
        return {**super().state_dict(), "best_label": self.best_label}

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        super().load_state_dict(tensors)
        self.best_label = tensors["best_label"]

    def _steps(self, turn: Turn) -> list[str]:
        """Return what the steps of a turn say, without one that only ends it."""
        said = list(map(self.policy.decode, cut_steps(self.policy, turn.completion.token_ids)))
        return [*said[:1], *filter(str.strip, said[1:])]


def _ended_in_text(steps: Sequence[str]) -> list[str]:
    """Cut an answer behind the last letters of its steps, as reward models learned it."""
    ends = [len(text.rstrip()) for text in accumulate(steps)]
    return ["".join(steps)[start:end] for start, end in pairwise([0, *ends])]


def _monte_carlo(
    episodes: Sequence[Episode], told: Sequence[Sequence[list[str]]]
) -> list[StepValues]:
    """Value the steps of each turn by the returns of all that begin with them."""
    # Attempts of which everything before is the same are samples of one question.
    groups: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for place, episode in enumerate(episodes):
        key: tuple[str, ...] = (episode.problem_id,)
        for number, turn in enumerate(episode.turns):
            groups.setdefault(key, []).append((place, number))
            key = (*key, normal_text(turn.completion.text))
    values: list[StepValues] = [[[] for _ in episode.turns] for episode in episodes]
    for group in groups.values():
        returns = [_return(episodes[place].turns[number]) for place, number in group]
        steps = [told[place][number] for place, number in group]
        found = monte_carlo_values(steps, returns)
        for (place, number), own in zip(group, found, strict=True):
            values[place][number] = own
    return values


def _return(turn: Turn) -> float:
    """Return what an attempt earned: its score, whatever the environment pays for it."""
    return turn.reward if turn.verdict is None else turn.verdict.score
