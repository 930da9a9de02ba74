"""Learning to correct by imitation: STaR on corrections, and Pair-SFT.

Both train only second (last) attempts, given the first one. They need whole attempts: in an
environment of steps there is no attempt to correct.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import (
    SFTExample,
    is_correct,
    learned_turns,
    make_example,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import env_attribute
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = ["CorrectionConfig", "CorrectionSTaR", "PairSFT", "PairSFTConfig"]


@dataclass(frozen=True, kw_only=True)
class CorrectionConfig(SelfTrainingConfig):
    """Settings of learning to correct by imitation; see `SelfTrainingConfig` for the others.

    The paper states the rounds (three of STaR), the temperature and what is imitated;
    it does not state the number of samples, a cap or the length of a fit.

    Attributes:
        keep_correct: Whether correct first attempts that stay correct are imitated as well
            (the sets D⁺ of the paper), and not only incorrect ones that are repaired (D).
    """

    keep_all_rounds: bool = False
    keep_correct: bool = False


class CorrectionSTaR(SelfTraining[CorrectionConfig]):
    """STaR on the model's own corrections; the loss falls on the last attempt.

    See `Algorithm` for the arguments.

    Raises:
        ArgumentError: If the environment plays steps, or has one attempt only.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917).
    """

    name: ClassVar = "correction_star"
    config_class: ClassVar = CorrectionConfig
    default_episodes: ClassVar = 12_288

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: CorrectionConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        if env_attribute(self.env, "has_attempts", True) is False:
            remedy = "Use one of the SelfCorrect environments; SFT or STaR also train steps."
            raise argument_error(
                f"env of {type(self).__name__}",
                "of whole attempts",
                "an environment of steps",
                remedy,
            )
        # A foreign environment may not state it; its episodes of one turn are left out.
        num_attempts = env_attribute(self.env, "max_attempts", 2)
        if num_attempts < 2:
            remedy = "Make it with max_attempts=2, as MathSelfCorrect-v0 is by default."
            raise argument_error("env's max_attempts", "at least 2", num_attempts, remedy)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Fit the base model to the corrections of this round."""
        return self.imitate(self.select(episodes))

    def select(self, episodes: Sequence[Episode]) -> list[SFTExample]:
        """Keep episodes that end correct after an incorrect first attempt (or after any)."""
        return [
            make_example(self.policy, episode, learned_turns(episode, "last"))
            for episode in episodes
            if len(episode.turns) > 1
            and is_correct(episode.turns[-1])
            and (self.config.keep_correct or not is_correct(episode.turns[0]))
        ]


@dataclass(frozen=True, kw_only=True)
class PairSFTConfig(CorrectionConfig):
    """Settings of Pair-SFT; one round over the training set, as in the paper."""


class PairSFT(CorrectionSTaR):
    """Pairs each incorrect first attempt with a correct one of the same problem.

    The second attempt of a pair is a first attempt of another sample, drawn at random
    among the correct ones; the loss falls on it alone. With ``keep_correct``, correct first
    attempts are paired like incorrect ones (D⁺); one without another correct sample is
    paired with itself. An episode that ended with its first attempt is not paired: nothing
    asked for a second one.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917); Welleck et al., "Generating
        Sequences by Learning to Self-Correct", 2022 (arXiv:2211.00053).
    """

    name: ClassVar = "pair_sft"
    config_class: ClassVar = PairSFTConfig
    default_episodes: ClassVar = 4_096

    def select(self, episodes: Sequence[Episode]) -> list[SFTExample]:
        """Build one pair for each incorrect (or any) first attempt."""
        by_problem: dict[str, list[Episode]] = {}
        for episode in episodes:
            by_problem.setdefault(episode.problem_id, []).append(episode)
        pairs = []
        for samples in by_problem.values():
            correct = [sample for sample in samples if is_correct(sample.turns[0])]
            for sample in samples:
                is_wanted = self.config.keep_correct or not is_correct(sample.turns[0])
                if len(sample.turns) < 2 or not is_wanted:
                    continue
                others = [other for other in correct if other is not sample]
                if partners := others or correct:
                    partner = partners[self.random.integers(len(partners))]
                    pair = _pair(sample, partner)
                    pairs.append(make_example(self.policy, pair, (False, True)))
        return pairs


def _pair(first: Episode, second: Episode) -> Episode:
    """Return the first attempt of one sample, followed by that of another."""
    corrected = replace(
        second.turns[0],
        observation=first.turns[1].observation,
        terminated=True,
        truncated=False,
    )
    return Episode(first.problem_id, (first.turns[0], corrected))
