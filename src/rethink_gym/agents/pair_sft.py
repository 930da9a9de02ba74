"""Pair-SFT: imitates corrections that were put together from two samples of a problem."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rethink_gym.agents.correction_star import CorrectionConfig, CorrectionTraining
from rethink_gym.agents.demonstration import Demonstration, demonstrate, is_right
from rethink_gym.episode import Episode

__all__ = ["PairSft", "PairSftConfig"]


@dataclass(frozen=True, kw_only=True)
class PairSftConfig(CorrectionConfig):
    """The settings of Pair-SFT; one round over the training set, as in the paper."""


class PairSft(CorrectionTraining[PairSftConfig]):
    """Pairs each wrong first attempt with a right one of the same problem.

    The second attempt of a pair is a first attempt of another sample, drawn at random
    among the right ones; the loss falls on it alone. With ``keep_right``, right first
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
    config_class: ClassVar = PairSftConfig
    default_episodes: ClassVar = 4_096

    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Put together one pair for each wrong (or any) first attempt."""
        by_problem: dict[str, list[Episode]] = {}
        for episode in episodes:
            by_problem.setdefault(episode.problem_id, []).append(episode)
        pairs = []
        for samples in by_problem.values():
            right = [sample for sample in samples if is_right(sample.turns[0])]
            for sample in samples:
                if is_right(sample.turns[0]) and not self.config.keep_right:
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
