"""SCoRe: self-correction by two stages of multi-turn REINFORCE.

Left open by the paper and chosen here: the baseline (leave-one-out over the samples
of a problem; for the second attempt also what its own context fixes, see
`score_advantages`), the share of the run that Stage I takes, and the KL (exact at
every position, summed over an attempt). Left out: first attempts of the base model
as offline prompts, and an adaptive β2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.advantages import score_advantages
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policy_gradient import PolicyGradient, PolicyGradientConfig
from rethink_gym.agents.rollout import env_attribute
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = ["Score", "ScoreConfig"]


@dataclass(frozen=True, kw_only=True)
class ScoreConfig(PolicyGradientConfig):
    """The settings of SCoRe.

    α and β1 are the paper's. Not the paper's are β2 (0.1 there, for attempts of
    hundreds of tokens: the KL is summed over an attempt, and those of small models
    on small problems have a dozen) and the learning rate (5e-6 there, for a large
    model) with its schedule.

    Attributes:
        alpha: Weight of the bonus for a second attempt that changes the result.
        beta1: Weight of the KL to the base model, on both attempts.
        beta2: Weight of the further KL that holds the first attempt in Stage I.
        stage_one_share: Share of the run's episodes that Stage I takes; the paper
            does not say.
        turn_discount: What the second attempt's reward is worth to the first. The
            paper has 0; anything above lets the first attempt earn by failing.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    alpha: float = 10.0
    beta1: float = 0.01
    beta2: float = 1.0
    stage_one_share: float = 0.75
    turn_discount: float = 0.0

    def __post_init__(self) -> None:
        PolicyGradientConfig.__post_init__(self)
        for name in ("alpha", "beta1", "beta2"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))
        for name in ("stage_one_share", "turn_discount"):
            if not 0 <= getattr(self, name) <= 1:
                raise argument_error(name, "in [0, 1]", getattr(self, name))


class Score(PolicyGradient[ScoreConfig]):
    """SCoRe over episodes of two attempts, each rewarded by its own verdict.

    Stage I teaches the second attempt alone and holds the first one to the base
    model. Stage II teaches both, and pays the second for what it changes.

    Args:
        policy: The base model; it is changed in place.
        env: An environment id, or a vector environment of texts; of two attempts
            and with ``reward="per_attempt"``.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind, or
            the environment has another number of attempts or another reward.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 5, equations 3 to 5 (arXiv:2409.12917).
    """

    name: ClassVar = "score"
    config_class: ClassVar = ScoreConfig
    default_episodes: ClassVar = 7_680

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: ScoreConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self._check_env_attribute("max_attempts", 2)
        self._check_env_attribute("reward_scheme", "per_attempt")

    @property
    def stage(self) -> int:
        """The stage of the run: 1 or 2."""
        return 1 if self.progress < self.config.stage_one_share else 2

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return what multiplies the log-probabilities of each attempt.

        Args:
            rewards: Of each attempt, shape ``(problems, samples, 2)``.

        Returns:
            Same shape; see `score_advantages`.
        """
        return score_advantages(
            rewards,
            stage=self.stage,
            alpha=self.config.alpha,
            turn_discount=self.config.turn_discount,
        )

    def kl_weights(self, num_turns: int) -> Tensor:
        """Hold both attempts by β1, and in Stage I the first one by β2 as well."""
        weights = torch.full((num_turns,), self.config.beta1)
        if self.stage == 1:
            weights[0] += self.config.beta2
        return weights

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take one step of the stage that the run is in; also logs ``stage``."""
        stage = self.stage
        return {**super().update(episodes), "stage": float(stage)}

    def _check_env_attribute(self, name: str, wanted: object) -> None:
        found = env_attribute(self.env, name, wanted)  # a foreign one has no such attribute
        if found != wanted:
            kwarg = {"reward_scheme": "reward"}.get(name, name)
            remedy = f"Make it with {kwarg}={wanted!r}, as MathSelfCorrect-v0 is by default."
            raise argument_error(f"env's {kwarg}", repr(wanted), found, remedy)
