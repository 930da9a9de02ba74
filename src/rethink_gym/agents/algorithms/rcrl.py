"""Return-conditioned learning: imitate steps under a label that says how good they are.

A label precedes every step, within the answer; no loss falls on it. A step is a line. While
training, every step has the label that it earned. While acting, every step gets the best
label, also those of earlier attempts in the conversation.

Where all steps of the data have the same label, the label carries no information: the
policy stays as it is, and the data waits for a round with the other label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, ClassVar

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.algorithms.rcrl_labels import (
    balanced_mask,
    generate_labelled,
    label_episode,
    monte_carlo_values,
    split_tokens,
)
from rethink_gym.agents.demonstrations import SFTExample, normalize_text, retokenize
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.config import check_fraction
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import argument_error, check_count

__all__ = ["RCRL", "RCRLConfig", "StepValues"]

StepValues = list[list[float]]
"""Expected return after each step of each turn of an episode, in [0, 1]."""


@dataclass(frozen=True, kw_only=True)
class RCRLConfig(SelfTrainingConfig):
    """Settings of return-conditioned learning; see `SelfTrainingConfig` for the others.

    The paper takes its samples from a policy trained by expert iteration, and its labels
    from an outcome reward model; give that policy as the model to start from, and ``orm``.
    It states neither the texts of the labels nor the threshold.

    Attributes:
        orm: Folder of an outcome reward model that values the steps, such as that of a run
            of `ORM`. Without one, the value of a step is the mean return of the samples
            that start with it.
        threshold: A step whose value is above it is good, in [0, 1).
        good_label: Text before a good step.
        bad_label: Text before any other step.
        good_frac: Fraction of the trained steps that are good, in (0, 1); the others are
            context only. None trains all steps.
        max_steps: Maximum number of steps of a message that is generated under labels.

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
        """Check the settings."""
        SelfTrainingConfig.__post_init__(self)
        check_count("max_steps", self.max_steps)
        labels = (self.good_label, self.bad_label)
        if not all(labels) or labels[0] == labels[1]:
            raise argument_error("good_label and bad_label", "two different texts", labels)
        check_fraction(self, "threshold", below_one=True)
        if self.good_frac is not None:
            check_fraction(self, "good_frac", above_zero=True, below_one=True)


class RCRL(SelfTraining[RCRLConfig]):
    """Imitates all samples, every step under its label, and acts under the best label.

    Until there are steps with both labels, it acts as the policy does without labels. See
    `Algorithm` for the arguments.

    Attributes:
        best_label: The label that is forced before every step; None before any fit.

    Raises:
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
        self._has_seen = {"good": False, "bad": False}
        self._orm: OutcomeRewardModel | None = None
        if self.config.orm:
            self._orm = OutcomeRewardModel.from_pretrained(self.config.orm, device=policy.device)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Label the steps of all samples, and fit the base model to them.

        Args:
            episodes: What `collect` returned.

        Returns:
            As `SelfTraining.imitate`; also ``good_frac``, the fraction of good steps.
        """
        config = self.config
        episodes = [retokenize(self.policy, episode) for episode in episodes]
        values = self.step_values(episodes)
        is_good = [v > config.threshold for own in values for steps in own for v in steps]
        good_frac = float(np.mean(is_good)) if is_good else 0.0
        if not config.keep_all_rounds:
            self._has_seen = {"good": False, "bad": False}
        self._has_seen["good"] |= good_frac > 0.0
        self._has_seen["bad"] |= good_frac < 1.0
        examples = self.label(episodes, values, is_good)
        if not all(self._has_seen.values()):
            return {**self.add_data(examples), "good_frac": good_frac}
        learned = self.imitate(examples)
        if learned["num_fitted"]:
            self.best_label = config.good_label
        return {**learned, "good_frac": good_frac}

    def label(
        self, episodes: Sequence[Episode], values: Sequence[StepValues], is_good: Sequence[bool]
    ) -> list[SFTExample]:
        """Write a label before every step of some samples.

        Args:
            episodes: The samples, in the tokens of the policy.
            values: Values of their steps, as of `step_values`.
            is_good: For each step of all samples, whether it is good.

        Returns:
            One example per sample.
        """
        is_trained = [True] * len(is_good)
        if self.config.good_frac is not None:
            is_trained = balanced_mask(is_good, self.config.good_frac, self.random)
        labels = {True: self.config.good_label, False: self.config.bad_label}
        flags = iter(zip(is_good, is_trained, strict=True))
        examples = []
        for episode, own in zip(episodes, values, strict=True):
            marked = [[next(flags) for _ in steps] for steps in own]
            step_labels = [[labels[good] for good, _ in steps] for steps in marked]
            trained = [[is_trained for _, is_trained in steps] for steps in marked]
            examples.append(label_episode(self.policy, episode, step_labels, trained))
        return examples

    def step_values(self, episodes: Sequence[Episode]) -> list[StepValues]:
        """Estimate the value of every step of some samples.

        Args:
            episodes: The samples, in the tokens of the policy.

        Returns:
            For each episode and turn one value per step. The end token by itself has the
            value of the last line.
        """
        texts = [[self._step_texts(turn) for turn in episode.turns] for episode in episodes]
        if self._orm is None:
            values = _monte_carlo(episodes, texts)
        else:
            conversations = [
                episode.conversation[: 2 * turn + 1]
                for episode in episodes
                for turn in range(len(episode.turns))
            ]
            answers = [_pieces(steps) for own in texts for steps in own]
            scores = iter(self._orm.scores(conversations, answers))
            values = [[list(next(scores)) for _ in own] for own in texts]
        for episode, own in zip(episodes, values, strict=True):
            for turn, turn_values in zip(episode.turns, own, strict=True):
                num_steps = len(split_tokens(self.policy, turn.completion.token_ids))
                turn_values += turn_values[-1:] * (num_steps - len(turn_values))
        return values

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Generate the next message of each conversation, the best label before every step."""
        sampling = self.sampling(deterministic=deterministic)
        if self.best_label is None:
            return self.policy.act(conversations, sampling)
        return generate_labelled(
            self.policy,
            conversations,
            self.best_label,
            sampling,
            max_steps=self.config.max_steps,
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the base class, and the labels."""
        seen = dict(self._has_seen)
        return {**super().state_dict(), "best_label": self.best_label, "has_seen": seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        super().load_state_dict(state)
        self.best_label = state["best_label"]
        self._has_seen = dict(state["has_seen"])

    def _step_texts(self, turn: Turn) -> list[str]:
        """Return the texts of the steps of a turn, without one that only ends it."""
        steps = split_tokens(self.policy, turn.completion.token_ids)
        texts = list(map(self.policy.decode, steps))
        return [*texts[:1], *filter(str.strip, texts[1:])]


def _pieces(steps: Sequence[str]) -> list[str]:
    """Cut an answer after the last letters of its steps, as reward models are trained."""
    ends = [len(text.rstrip()) for text in accumulate(steps)]
    return ["".join(steps)[start:end] for start, end in pairwise([0, *ends])]


def _monte_carlo(
    episodes: Sequence[Episode], texts: Sequence[Sequence[list[str]]]
) -> list[StepValues]:
    """Value the steps of each turn by the returns of all turns that start with them."""
    # Turns with the same conversation before them are samples of one question.
    groups: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for index, episode in enumerate(episodes):
        key: tuple[str, ...] = (episode.problem_id,)
        for number, turn in enumerate(episode.turns):
            groups.setdefault(key, []).append((index, number))
            key = (*key, normalize_text(turn.completion.text))
    values: list[StepValues] = [[[] for _ in episode.turns] for episode in episodes]
    for group in groups.values():
        returns = [_score(episodes[index].turns[number]) for index, number in group]
        steps = [texts[index][number] for index, number in group]
        estimates = monte_carlo_values(steps, returns)
        for (index, number), own in zip(group, estimates, strict=True):
            values[index][number] = own
    return values


def _score(turn: Turn) -> float:
    """Return the score of an attempt, whichever reward the environment gives for it."""
    return turn.reward if turn.verdict is None else turn.verdict.score
