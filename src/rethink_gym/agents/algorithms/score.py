"""Rewards and advantages of attempts that are to improve on each other, for SCoRe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.batching.batch import TokenBatch, sampled_logits, sampled_turns
from rethink_gym.agents.objectives.advantages import discounted_returns, leave_one_out_advantages
from rethink_gym.agents.objectives.losses import exact_kl
from rethink_gym.agents.policies.adapters import MixedFirstAttempts
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import env_attribute, play_episodes
from rethink_gym.agents.training.on_policy import (
    PolicyGradient,
    PolicyGradientConfig,
    Sums,
    TokenTargets,
)
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["SCoRe", "SCoReConfig", "imitation_advantages", "score_advantages", "shaped_rewards"]


def shaped_rewards(rewards: Tensor, bonus: float) -> Tensor:
    """Reward each attempt after the first also for what it changed.

    ``r_t + bonus * (r_t - r_{t-1})``; the first attempt keeps ``r_1``.

    Args:
        rewards: Of the attempts, float, shape ``(..., turns)``.
        bonus: The weight of the change, alpha in the paper.

    Returns:
        The shaped rewards, same shape.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 5.2 (arXiv:2409.12917).
    """
    later = rewards[..., 1:] + bonus * rewards.diff(dim=-1)
    return torch.cat((rewards[..., :1], later), dim=-1)


def score_advantages(
    rewards: Tensor, *, stage: int, alpha: float, turn_gamma: float = 0.0, taught: int = 1
) -> Tensor:
    """Return what multiplies the log-probabilities of the attempts in SCoRe.

    Args:
        rewards: Of the attempts, float, shape ``(problems, samples, turns)``.
        stage: 1 trains one attempt only, for its own reward; 2 trains all of them, all
            but the first for their shaped rewards.
        alpha: Weight of the bonus for an attempt that changes the result.
        turn_gamma: What an attempt's reward is worth to the one before.
        taught: Index of the attempt that stage 1 trains.

    Returns:
        Same shape; leave-one-out over the samples of each problem.

    Raises:
        ArgumentError: If the shape, ``turn_gamma`` or ``taught`` is not what it
            must be.

    References:
        Kumar et al. 2024, equations 3 to 5 (arXiv:2409.12917).
    """
    num_turns = rewards.shape[-1]
    if stage == 1:
        if not 0 < taught < num_turns:
            raise argument_error("taught", f"from 1 to {num_turns - 1}", taught)
        is_taught = torch.arange(num_turns, device=rewards.device) == taught
        return leave_one_out_advantages(rewards) * is_taught
    returns = discounted_returns(shaped_rewards(rewards, alpha), turn_gamma)
    # The bonus takes alpha * r_{t-1} off an attempt, whatever it says: its context fixes
    # that part. Putting it into the baseline leaves the gradient's mean as it is and
    # takes most of its variance away.
    fixed = torch.nn.functional.pad(alpha * rewards[..., :-1], (1, 0))
    return leave_one_out_advantages(returns + fixed)


def imitation_advantages(rewards: Tensor) -> Tensor:
    """Return weights that make a policy-gradient step one of imitating right attempts.

    Args:
        rewards: Of the attempts, float, shape ``(problems, samples, turns)``; right is
            what earned 1 or more.

    Returns:
        Same shape: 0 for wrong attempts, and for right ones what makes the loss, a mean
        over episodes, the mean over them; all 0 if none is right.

    References:
        Zelikman et al., "STaR: Bootstrapping Reasoning With Reasoning", 2022, section
        3.1 (arXiv:2203.14465), where this filters whole data sets.
    """
    is_correct = (rewards >= 1.0).to(rewards)
    return is_correct * (rewards[..., 0].numel() / is_correct.sum().clamp(min=1.0))


@dataclass(frozen=True, kw_only=True)
class SCoReConfig(PolicyGradientConfig):
    """The settings of SCoRe.

    α and β1 are the paper's. Not the paper's are β2 (0.1 there, for attempts of
    hundreds of tokens: the KL is summed over an attempt, and those of small models
    on small problems have a dozen) and the learning rate (5e-6 there, for a large
    model) with its schedule.

    The paper's ablations: ``multi_turn=False``, ``stage_one_frac=0``, ``alpha=0`` and
    ``stage_two="star"``.

    Attributes:
        alpha: Weight of the bonus for an attempt that changes the result.
        beta1: Weight of the KL to the base model, on all attempts.
        beta2: Weight of the further KL that holds earlier attempts in Stage I.
        kl_target: Lets β2 adapt in Stage I, so that the attempts that it holds move by
            so many nats each; None keeps it fixed.
        stage_one_frac: Share of the run's episodes that Stage I takes, in equal parts
            for each attempt after the first; the paper does not say.
        kl_bound: Ends a part of Stage I before its time, as soon as an attempt that it
            holds has moved by more than so many nats; None for no bound.
        stage_two: ``"reinforce"``, or ``"star"`` to imitate the right attempts instead.
        multi_turn: Whether to train on all attempts; without, only first attempts are
            played, and the whole run is Stage II.
        offline_samples: Of each problem's samples, how many get their first attempt
            from the base model; they teach the later attempts only.
        turn_gamma: What an attempt's reward is worth to the one before. The
            paper has 0; anything above lets the first attempt earn by failing.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    alpha: float = 10.0
    beta1: float = 0.01
    beta2: float = 1.0
    kl_target: float | None = None
    stage_one_frac: float = 0.75
    kl_bound: float | None = None
    stage_two: str = "reinforce"
    multi_turn: bool = True
    offline_samples: int = 0
    turn_gamma: float = 0.0

    def __post_init__(self) -> None:
        PolicyGradientConfig.__post_init__(self)
        for name in ("alpha", "beta1", "beta2"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))
        for name in ("stage_one_frac", "turn_gamma"):
            if not 0 <= getattr(self, name) <= 1:
                raise argument_error(name, "in [0, 1]", getattr(self, name))
        if self.kl_target is not None and not (self.kl_target > 0 and self.beta2 > 0):
            must_be = "None, or a number above 0 with a beta2 above 0"
            raise argument_error("kl_target", must_be, self.kl_target)
        is_measured = self.beta1 > 0 or self.beta2 > 0
        if self.kl_bound is not None and not (self.kl_bound > 0 and is_measured):
            must_be = "None, or a number above 0 with a beta1 or beta2 above 0"
            raise argument_error("kl_bound", must_be, self.kl_bound)
        check_choice("stage_two", self.stage_two, ("reinforce", "star"))
        check_count("offline_samples", self.offline_samples, 0)
        most = self.samples_per_problem if self.multi_turn else 0
        if self.offline_samples > most:
            raise argument_error("offline_samples", f"at most {most}", self.offline_samples)


_MAX_ERROR, _GAIN = 0.2, 0.1
"""How far one update moves an adaptive β2: Ziegler et al. 2019, section 2.2."""


class SCoRe(PolicyGradient[SCoReConfig]):
    """SCoRe over episodes of two or more attempts, each rewarded by its own verdict.

    Stage I teaches one attempt after the other, the second one first, and holds those
    before it to the policy as it was when their own part of Stage I ended; the first
    one to the base model. Stage II teaches all, and pays each for what it changes.

    Args:
        policy: The base model; it is changed in place.
        env: An environment id, or a vector environment of texts; of two or more
            attempts and with ``reward="per_attempt"``.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        beta2: The weight of the further KL, as it is now.
        anchor: The policy that Stage I holds earlier attempts to, if it is not the base.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind, or
            the environment has another number of attempts or another reward.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 5, equations 3 to 5 (arXiv:2409.12917); Ziegler et al.,
        "Fine-Tuning Language Models from Human Preferences", 2019 (arXiv:1909.08593).
    """

    name: ClassVar = "score"
    config_class: ClassVar = SCoReConfig
    default_episodes: ClassVar = 7_680

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: SCoReConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.reference.generator = self.policy.generator  # one source of chance to keep
        self.num_turns = int(env_attribute(self.env, "max_attempts", 2))
        self._check_env()
        self.beta2 = self.config.beta2
        self.anchor: LanguageModel | None = None
        self._anchored_for = 1
        self._first_part = 1

    @property
    def stage(self) -> int:
        """The stage of the run: 1 or 2."""
        return 1 if self._part < self.num_turns else 2

    @property
    def taught(self) -> int:
        """Index of the attempt that Stage I teaches now; 1 in Stage II."""
        return self._part if self.stage == 1 else 1

    @property
    def _part(self) -> int:
        """The part of the run: that of the attempt that Stage I teaches, behind them Stage II."""
        share = self.config.stage_one_frac
        if self.progress >= share:
            return self.num_turns
        return max(self._first_part, 1 + int(self.progress / share * (self.num_turns - 1)))

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return what multiplies the log-probabilities of each attempt.

        Args:
            rewards: Of each attempt, shape ``(problems, samples, turns)``.

        Returns:
            Same shape; see `score_advantages` and `imitation_advantages`.
        """
        if self.stage == 2 and self.config.stage_two == "star":
            return imitation_advantages(rewards)
        return score_advantages(
            rewards,
            stage=self.stage,
            alpha=self.config.alpha,
            turn_gamma=self.config.turn_gamma,
            taught=self.taught,
        )

    def kl_weights(self, num_turns: int) -> Tensor:
        """Hold all attempts to the base by β1; in Stage I those before the taught by β2."""
        if self.stage == 2 and self.config.stage_two == "star":
            return torch.zeros(num_turns)
        weights = torch.full((num_turns,), self.config.beta1)
        if self.stage == 1 and self.anchor is None:
            weights[: self.taught] += self.beta2
        return weights

    def collect(self) -> list[Episode]:
        """Play several samples of each of some problems, some begun by the base model."""
        if self.config.offline_samples == 0:
            return super().collect()
        problems = self.random.integers(self.num_problems, size=self.config.problems_per_update)
        repeated = problems.repeat(self.config.samples_per_problem).tolist()
        sampling = SamplingConfig(
            max_new_tokens=self.config.max_new_tokens,
            temperature=self.config.temperature,
            stop_strings=self.policy.sampling.stop_strings,
        )
        begun = MixedFirstAttempts(
            self,
            lambda conversations: self.reference.act(conversations, sampling),
            num_from_base=self.config.offline_samples,
            samples_per_problem=self.config.samples_per_problem,
        )
        return play_episodes(begun, self.env, repeated, seed=self.seed)

    def targets(self, episodes: Sequence[Episode]) -> tuple[TokenTargets, dict[str, float]]:
        """Give each token what its attempt learns; first attempts of the base learn nothing."""
        targets, numbers = super().targets(episodes)
        if self.config.offline_samples:
            turns = sampled_turns(self.policy, episodes)
            places = torch.arange(len(episodes), device=turns.device)
            is_begun = places % self.config.samples_per_problem < self.config.offline_samples
            targets.is_learned[is_begun[:, None] & (turns == 0)] = False
        return targets, numbers

    def token_losses(
        self, logits: Tensor, hidden: Tensor, part: TokenBatch, targets: TokenTargets, sums: Sums
    ) -> Tensor:
        """Return the loss of each sampled token, with the KL to the anchor if there is one."""
        losses = super().token_losses(logits, hidden, part, targets, sums)
        if self.anchor is None:
            return losses
        with torch.no_grad():
            held_to = sampled_logits(self.anchor.model, part, self.config.temperature)
        kls = exact_kl(logits, held_to)
        for turn in range(self.taught):
            sums.add(f"kl_t{turn + 1}_anchor", kls[part.sampled.turns == turn])
        return losses + self.beta2 * torch.where(part.sampled.turns < self.taught, kls, 0.0)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take one step of the stage that the run is in; also logs ``stage`` and ``beta2``."""
        stage, taught = self.stage, self.taught
        if stage == 2:
            self.anchor = None
        elif taught != self._anchored_for:
            self.anchor, self._anchored_for = self.policy.frozen_copy(), taught
        numbers = {**super().update(episodes), "stage": float(stage)}
        if stage == 1:
            numbers["beta2"] = self.beta2
            ending = "" if self.anchor is None else "_anchor"
            kls = [numbers.get(f"kl_t{turn + 1}{ending}", 0.0) for turn in range(taught)]
            if self.config.kl_target is not None:
                self._adapt(sum(kls) / len(kls), self.config.kl_target)
            if self.config.kl_bound is not None and max(kls) > self.config.kl_bound:
                self._first_part = taught + 1
        return numbers

    def state_dict(self) -> dict[str, Any]:
        """Return what the policy gradient keeps, and the anchor with β2."""
        return {
            **super().state_dict(),
            "beta2": self.beta2,
            "anchored_for": self._anchored_for,
            "first_part": self._first_part,
            "anchor": None if self.anchor is None else self.anchor.trainable_state_dict(),
        }

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        super().load_state_dict(tensors)
        self.beta2, self._anchored_for = tensors["beta2"], tensors["anchored_for"]
        self._first_part = tensors.get("first_part", 1)
        if tensors["anchor"] is not None:
            self.anchor = self.policy.frozen_copy()
            self.anchor.load_trainable_state_dict(tensors["anchor"])

    def _adapt(self, kl: float, target: float) -> None:
        """Raise β2 if the attempts that it holds moved too far, lower it if too little."""
        error = min(max(kl / target - 1.0, -_MAX_ERROR), _MAX_ERROR)
        self.beta2 *= 1.0 + _GAIN * error

    def _playing_kwargs(self) -> dict[str, Any]:
        return self.env_kwargs if self.config.multi_turn else {**self.env_kwargs, "max_attempts": 1}

    def _check_env(self) -> None:
        if self.config.multi_turn and self.num_turns < 2:
            remedy = "Make it with max_attempts=2, as MathSelfCorrect-v0 is by default."
            raise argument_error("env's max_attempts", "2 or more", self.num_turns, remedy)
        if not self.config.multi_turn and self.num_turns != 1:
            remedy = "With multi_turn=False only first attempts are played."
            raise argument_error("env's max_attempts", "1", self.num_turns, remedy)
        # A foreign environment has no such attribute; of one attempt all schemes are one.
        scheme = env_attribute(self.env, "reward_scheme", "per_attempt")
        if self.num_turns > 1 and scheme != "per_attempt":
            remedy = "Make it with reward='per_attempt', as MathSelfCorrect-v0 is by default."
            raise argument_error("env's reward", "'per_attempt'", scheme, remedy)
