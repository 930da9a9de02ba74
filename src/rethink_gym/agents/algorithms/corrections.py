"""STaR on corrections: imitates the model's own successful corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import Demonstration, demonstrate, is_correct, learned_turns
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import env_attribute
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = ["CorrectionConfig", "CorrectionSTaR", "CorrectionTraining", "PairSFT", "PairSFTConfig"]


@dataclass(frozen=True, kw_only=True)
class CorrectionConfig(SelfTrainingConfig):
    """The settings of learning to correct by imitation.

    The paper states the rounds (three of STaR), the temperature and what is imitated;
    it does not state the number of samples, a cap or the length of a fit.

    Attributes:
        keep_correct: Whether right first attempts that stay right are imitated as well
            (the sets written D⁺ in the paper), and not only wrong ones put right (D).
    """

    keep_all_rounds: bool = False
    keep_correct: bool = False


CorrectionConfigT = TypeVar("CorrectionConfigT", bound=CorrectionConfig)


class CorrectionTraining(SelfTraining[CorrectionConfigT]):
    """A learner by imitation that needs episodes of two or more attempts."""

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: CorrectionConfigT | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        found = env_attribute(self.env, "max_attempts", 2)  # a foreign one has no such attribute
        if found < 2:
            remedy = "Make it with max_attempts=2, as MathSelfCorrect-v0 is by default."
            raise argument_error("env's max_attempts", "at least 2", found, remedy)


class CorrectionSTaR(CorrectionTraining[CorrectionConfig]):
    """STaR on the model's own corrections; the loss falls on the last attempt.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts; of two or more
            attempts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind, or
            the environment has one attempt only.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917).
    """

    name: ClassVar = "correction_star"
    config_class: ClassVar = CorrectionConfig
    default_episodes: ClassVar = 12_288

    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Keep the episodes that end right after a wrong first attempt (or after any)."""
        return [
            demonstrate(self.policy, episode, learned_turns(episode, "last"))
            for episode in episodes
            if is_correct(episode.turns[-1])
            and (self.config.keep_correct or not is_correct(episode.turns[0]))
        ]


@dataclass(frozen=True, kw_only=True)
class PairSFTConfig(CorrectionConfig):
    """The settings of Pair-SFT; one round over the training set, as in the paper."""


class PairSFT(CorrectionTraining[PairSFTConfig]):
    """Pairs each wrong first attempt with a right one of the same problem.

    The second attempt of a pair is a first attempt of another sample, drawn at random
    among the right ones; the loss falls on it alone. With ``keep_correct``, right first
    attempts are paired like wrong ones (D⁺); one that has no other right sample
    beside it is paired with itself.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts; of two or more
            attempts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind, or
            the environment has one attempt only.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917); Welleck et al., "Generating
        Sequences by Learning to Self-Correct", 2022 (arXiv:2211.00053).
    """

    name: ClassVar = "pair_sft"
    config_class: ClassVar = PairSFTConfig
    default_episodes: ClassVar = 4_096

    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Put together one pair for each wrong (or any) first attempt."""
        by_problem: dict[str, list[Episode]] = {}
        for episode in episodes:
            by_problem.setdefault(episode.problem_id, []).append(episode)
        pairs = []
        for samples in by_problem.values():
            right = [sample for sample in samples if is_correct(sample.turns[0])]
            for sample in samples:
                if is_correct(sample.turns[0]) and not self.config.keep_correct:
                    continue
                others = [other for other in right if other is not sample]
                if partners := others or right:
                    partner = partners[self.random.integers(len(partners))]
                    pair = _pair(sample, partner)
                    pairs.append(demonstrate(self.policy, pair, (False, True)))
        return pairs


def _pair(first: Episode, second: Episode) -> Episode:
    """Let the first attempt of one sample be followed by that of another."""
    answer = second.turns[0]
    asked = first.turns[1].observation
    corrected = replace(answer, observation=asked, terminated=True, truncated=False)
    return Episode(first.problem_id, (first.turns[0], corrected))
