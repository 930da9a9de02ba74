"""SCoRe: self-correction by stages of multi-turn REINFORCE.

Left open by the paper and chosen here: the baseline (leave-one-out over the samples of a
problem; for later attempts also the part of the bonus that their context fixes, which is
unbiased; no second sampling of later attempts per context), the fraction of the run
that Stage I takes, the KL (exact at every position and summed over an attempt, with its
score-function term and no baseline, see ``kl_place``), how β2 adapts (like the KL controller
of Ziegler et al. 2019), and the learning rate, whose schedule starts again with each stage,
so that all ablations train at the same rates. Where ``kl_bound`` ends Stage I early, Stage II
has the initial rate until Stage I would have ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.batching.batch import Batch, Part
from rethink_gym.agents.objectives.advantages import kl_to_go
from rethink_gym.agents.objectives.self_correction import (
    imitation_advantages,
    score_advantages,
    stage_one_advantages,
)
from rethink_gym.agents.policies.adapters import MixedFirstAttempts
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import env_attribute, play_groups
from rethink_gym.agents.training.config import check_fraction, check_positive
from rethink_gym.agents.training.on_policy import OnPolicy, OnPolicyConfig
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count

__all__ = ["SCoRe", "SCoReConfig"]

_MAX_ERROR, _GAIN = 0.2, 0.1
"""How far one update moves an adaptive β2: Ziegler et al. 2019, section 2.2."""


@dataclass(frozen=True, kw_only=True)
class SCoReConfig(OnPolicyConfig):
    """Settings of SCoRe; see `OnPolicyConfig` for the others.

    α and β1 are the paper's. Not from the paper: β2 (0.1 there, for attempts of hundreds
    of tokens: the KL is summed over an attempt, and those of small models on small
    problems have a dozen) and the learning rate (5e-6 there, for a large model).

    The paper's ablations: ``multi_turn=False``, ``stage_one_frac=0``, ``alpha=0`` and
    ``stage_two="star"``.

    Attributes:
        samples_per_problem: Number of episodes played of each problem, at least 2.
        alpha: Weight of the bonus for an attempt that changes the result.
        beta1: Weight of the KL to the base model, on all attempts.
        beta2: Weight of the further KL that holds earlier attempts in Stage I.
        kl_place: ``"both"``: the gradient of the KL of each attempt, see
            `REINFORCEConfig`. ``"loss"``: only that of every position.
        kl_target: Lets β2 adapt in Stage I, so that the attempts it holds move by so many
            nats each; None keeps it fixed.
        stage_one_frac: Fraction of the run's episodes that Stage I takes, in equal parts
            for each attempt after the first; the paper does not state it.
        kl_bound: Ends a part of Stage I early, as soon as an attempt that it holds has
            moved by more than so many nats; None for no bound.
        stage_two: ``"reinforce"``, or ``"star"`` to imitate the correct attempts instead.
        multi_turn: Whether to train all attempts; if not, only first attempts are trained,
            and the whole run is Stage II.
        num_attempts: Number of attempts per episode, for environments that do not state
            their ``max_attempts``; None for all others.
        offline_samples: Number of samples of each problem whose first attempt comes from
            the base model; only their later attempts are trained.
        turn_gamma: Discount per attempt, in [0, 1]. The paper has 0; anything above lets
            the first attempt earn by failing.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    alpha: float = 10.0
    beta1: float = 0.01
    beta2: float = 1.0
    kl_place: Literal["both", "loss"] = "both"
    kl_target: float | None = None
    stage_one_frac: float = 0.75
    kl_bound: float | None = None
    stage_two: Literal["reinforce", "star"] = "reinforce"
    multi_turn: bool = True
    num_attempts: int | None = None
    offline_samples: int = 0
    turn_gamma: float = 0.0

    def __post_init__(self) -> None:
        """Check the settings."""
        OnPolicyConfig.__post_init__(self)
        check_count("samples_per_problem", self.samples_per_problem, 2)
        check_positive(self, "alpha", "beta1", "beta2", or_zero=True)
        check_fraction(self, "stage_one_frac", "turn_gamma")
        if self.kl_target is not None:
            check_positive(self, "kl_target")
            if self.beta2 == 0:
                raise argument_error("kl_target", "None if beta2 is 0", self.kl_target)
        if self.kl_bound is not None:
            check_positive(self, "kl_bound")
            if self.beta1 == self.beta2 == 0:
                raise argument_error("kl_bound", "None if beta1 and beta2 are 0", self.kl_bound)
        if self.num_attempts is not None:
            check_count("num_attempts", self.num_attempts, 2)
        check_count("offline_samples", self.offline_samples, 0)
        highest = self.samples_per_problem if self.multi_turn else 0
        if self.offline_samples > highest:
            raise argument_error("offline_samples", f"at most {highest}", self.offline_samples)


class SCoRe(OnPolicy[SCoReConfig]):
    """SCoRe over episodes of several attempts, each rewarded by its own verdict.

    Stage I trains one attempt after the other, the second one first, and holds those
    before it to the policy at the end of their own part of Stage I; the first one to the
    base model. Stage II trains all attempts, and rewards each for what it changes.

    See `Algorithm` for the arguments. The environment has two or more attempts and
    ``reward="per_attempt"``.

    Attributes:
        beta2: Current weight β2 of the KL on the attempts that Stage I holds.
        reference_k: The policy that Stage I holds earlier attempts to, the first one
            included, while it trains the third attempt or a later one; None before.

    Raises:
        ArgumentError: If the environment plays steps and not attempts, has only one
            attempt, does not state how many it has, or has another reward.

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
        self.reference.generator = self.policy.generator  # one source of randomness to keep
        self.num_attempts = self._checked_attempts()
        self.beta2 = self.config.beta2
        self.reference_k: LanguageModel | None = None
        self._reference_k_turn = 1
        self._first_part = 1

    @property
    def stage(self) -> int:
        """The stage of the run: 1 or 2."""
        return 1 if self._part < self.num_attempts else 2

    @property
    def trained_turn(self) -> int:
        """Index of the attempt that Stage I trains now; 1 in Stage II."""
        return self._part if self.stage == 1 else 1

    @property
    def _part(self) -> int:
        """The part of the run: the attempt that Stage I trains; in Stage II the last one."""
        frac = self.config.stage_one_frac if self.config.multi_turn else 0.0
        if self.progress >= frac:
            return self.num_attempts
        return max(self._first_part, 1 + int(self.progress / frac * (self.num_attempts - 1)))

    @property
    def stage_progress(self) -> float:
        """Fraction of the current stage that is over, in [0, 1]; its learning rate follows it."""
        frac = self.config.stage_one_frac if self.config.multi_turn else 0.0
        if self.stage == 1:
            return self.progress / frac
        return (self.progress - frac) / (1.0 - frac) if frac < 1.0 and self.progress > frac else 0.0

    def collect(self) -> list[Episode]:
        """Play several samples of each of some problems, some started by the base model."""
        config = self.config
        if config.offline_samples == 0:
            return self.play_groups(config.problems_per_update)
        mixed = MixedFirstAttempts(
            self,
            lambda conversations: self.reference.act(conversations, self.sampling()),
            num_from_base=config.offline_samples,
            samples_per_problem=config.samples_per_problem,
        )
        problems = self.random.integers(self.num_problems, size=config.problems_per_update)
        return play_groups(mixed, self.env, problems, config.samples_per_problem, seed=self.seed)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take one step of the stage that the run is in.

        Args:
            episodes: What `collect` returned.

        Returns:
            What the update reports, by name; also ``stage``, and ``beta2`` in Stage I.
        """
        config, stage, trained_turn = self.config, self.stage, self.trained_turn
        self._keep_reference_k()
        batch = self.read(episodes)
        advantages, kl_weights = self.objective(batch)
        for part in self.steps(batch, self.loss_mask(batch), progress=self.stage_progress):
            losses = torch.zeros_like(part.log_probs)
            if kl_weights.any():
                losses = kl_weights[part.turns] * self.kl_to_reference(part)
            if self.reference_k is not None:
                losses = losses + self._kl_to_reference_k(part)
            part_advantages = advantages[part.index]
            if config.kl_place == "both":
                later_kls = kl_to_go(losses, part.rows, part.turns, turn_gamma=config.turn_gamma)
                part_advantages = part_advantages - later_kls
            part.backward(losses + self.policy_losses(part, batch, part_advantages))
        numbers = {**batch.log.means(), "stage": float(stage)}
        return numbers if stage == 2 else {**numbers, "beta2": self._adapt(numbers, trained_turn)}

    def objective(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return what the stage rewards, and how strongly it holds each attempt.

        Args:
            batch: The samples of each problem.

        Returns:
            The advantage of each token, shape ``(episodes, tokens)``, and the weight of the
            KL to the base model in each turn, shape ``(turns,)``.
        """
        config, trained_turn = self.config, self.trained_turn
        groups = (-1, config.samples_per_problem, batch.rewards.shape[1])
        rewards, has_turn = batch.rewards.reshape(groups), batch.has_turn.reshape(groups)
        turns = torch.arange(batch.rewards.shape[1], device=rewards.device)
        kl_weights = torch.full(turns.shape, config.beta1, device=rewards.device)
        if self.stage == 1:  # equation 3: train one attempt, hold those before it
            advantages = stage_one_advantages(rewards, has_turn, trained_turn=trained_turn)
            if self.reference_k is None:
                kl_weights = kl_weights + self.beta2 * (turns < trained_turn)
        elif config.stage_two == "star":
            is_trained = batch.per_turn(self.loss_mask(batch).float()) > 0
            advantages = imitation_advantages(rewards, is_trained.reshape(groups))
            kl_weights = 0.0 * kl_weights
        else:  # equations 4 and 5: all attempts, each later one with its bonus
            advantages = score_advantages(
                rewards, has_turn, alpha=config.alpha, turn_gamma=config.turn_gamma
            )
        return batch.per_token(advantages.flatten(0, 1)), kl_weights

    def loss_mask(self, batch: Batch) -> Tensor:
        """Return which tokens are trained, bool, shape ``(episodes, tokens)``.

        Left out are first attempts of the base model, and without ``multi_turn`` all later
        attempts.
        """
        mask, config = batch.is_action, self.config
        if not config.multi_turn:
            mask = mask & (batch.turns == 0)
        if config.offline_samples:
            samples = torch.arange(len(mask), device=mask.device) % config.samples_per_problem
            is_offline = samples < config.offline_samples
            mask = mask & ~(is_offline[:, None] & (batch.turns == 0))
        return mask

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the learner, with β2 and the reference of Stage I."""
        reference_k = self.reference_k
        return {
            **super().state_dict(),
            "beta2": self.beta2,
            "reference_k_turn": self._reference_k_turn,
            "first_part": self._first_part,
            "reference_k": None if reference_k is None else reference_k.trainable_state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        super().load_state_dict(state)
        self.beta2, self._reference_k_turn = state["beta2"], state["reference_k_turn"]
        self._first_part = state["first_part"]
        if state["reference_k"] is not None:
            self.reference_k = self.policy.frozen_copy()
            self.reference_k.load_trainable_state_dict(state["reference_k"])

    def _keep_reference_k(self) -> None:
        """Freeze the policy where Stage I goes from one attempt to the next."""
        if self.stage == 2:
            self.reference_k = None
        elif self.trained_turn != self._reference_k_turn:
            self.reference_k = self.policy.frozen_copy()
            self._reference_k_turn = self.trained_turn

    def _kl_to_reference_k(self, part: Part) -> Tensor:
        """Return β2 times the KL of the attempts before the trained one to `reference_k`."""
        assert self.reference_k is not None
        is_held = part.turns < self.trained_turn
        kls = torch.where(is_held, self.kls_to(self.reference_k, part), 0.0)
        part.log("kl_reference_k", kls, per="attempt", num_turns=self.trained_turn)
        return self.beta2 * kls

    def _adapt(self, numbers: Mapping[str, float], trained_turn: int) -> float:
        """Move β2 towards its target, end a part that moved too far; return the β2 of now."""
        beta2, name = self.beta2, "kl" if self.reference_k is None else "kl_reference_k"
        kls = [numbers.get(f"{name}_t{turn + 1}", 0.0) for turn in range(trained_turn)]
        if self.config.kl_target is not None:
            error = sum(kls) / len(kls) / self.config.kl_target - 1.0
            self.beta2 *= 1.0 + _GAIN * min(max(error, -_MAX_ERROR), _MAX_ERROR)
        if self.config.kl_bound is not None and max(kls) > self.config.kl_bound:
            self._first_part = trained_turn + 1
        return beta2

    def _checked_attempts(self) -> int:
        """Return the number of attempts, of an environment that SCoRe has a meaning for."""
        if env_attribute(self.env, "has_attempts", True) is False:
            remedy = (
                "Use one of the SelfCorrect environments; REINFORCE, GRPO or PPO also train steps."
            )
            raise argument_error(
                "env of SCoRe", "of whole attempts", "an environment of steps", remedy
            )
        num_attempts = env_attribute(self.env, "max_attempts", self.config.num_attempts)
        if num_attempts is None:
            remedy = "Set num_attempts, since this environment does not state its max_attempts."
            raise argument_error("num_attempts", "a whole number of at least 2", None, remedy)
        if self.config.num_attempts not in (None, num_attempts):
            must_be = f"None or {num_attempts}, as in the environment"
            raise argument_error("num_attempts", must_be, self.config.num_attempts)
        if num_attempts < 2 and self.config.multi_turn:
            remedy = "Make it with max_attempts=2, as MathSelfCorrect-v0 is by default."
            raise argument_error("env's max_attempts", "2 or more", num_attempts, remedy)
        # A foreign environment does not state its reward; with one attempt all are the same.
        scheme = env_attribute(self.env, "reward_scheme", "per_attempt")
        if scheme != "per_attempt" and num_attempts > 1:
            remedy = "Make it with reward='per_attempt', as MathSelfCorrect-v0 is by default."
            raise argument_error("env's reward", "'per_attempt'", scheme, remedy)
        return int(num_attempts)
