"""Learners from their own samples: groups of samples, and the two doors to the model.

`OnPolicy.read` turns episodes into a `Batch` without gradients. `OnPolicy.steps` goes
through the batch and yields one `Part` per micro-batch; a learner calls `Part.backward`
with the losses of its tokens. The update of each learner is in its own file and reads
like its paper's pseudocode.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor, nn

from rethink_gym.agents.batching.batch import (
    Batch,
    Part,
    TokenBatch,
    micro_batches,
    sampled_turns,
    turn_rewards,
)
from rethink_gym.agents.objectives.losses import (
    Aggregation,
    clipped_policy_losses,
    is_clamped,
    log_ratios,
    loss_weights,
    token_entropies,
    token_log_probs,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import play_groups
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.config import TrainingConfig, check_fraction, check_positive
from rethink_gym.agents.training.optimizer import make_optimizer, set_learning_rate, take_step
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count

__all__ = ["OnPolicy", "OnPolicyConfig", "OnPolicyConfigT", "warn_of_negative_kl"]

_LOGGER = logging.getLogger(__name__)

_MAX_ERRORS, _ROUNDING = 4.0, 1e-3
"""A KL estimate counts as negative beyond this many standard errors, and this many nats."""


@dataclass(frozen=True, kw_only=True)
class OnPolicyConfig(TrainingConfig):
    """Settings of the learners from their own samples; see `TrainingConfig` for the others.

    Attributes:
        problems_per_update: Number of problems drawn for each update.
        samples_per_problem: Number of episodes played of each problem.
        num_epochs: Number of passes of an update over its episodes.
        num_minibatches: Number of gradient steps per pass.
        clip_eps_low: Lower clipping bound of the importance ratio, as a distance from 1, in
            (0, 1]. Has no effect in an update of a single step.
        clip_eps_high: Upper clipping bound, as a distance from 1.
        loss_aggregation: How the losses of tokens become one, see `loss_weights`; the
            constant is ``max_new_tokens``.
        entropy_coef: Weight of the entropy of the policy, which is maximised.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 32
    samples_per_problem: int = 8
    num_epochs: int = 1
    num_minibatches: int = 1
    clip_eps_low: float = 0.2
    clip_eps_high: float = 0.2
    loss_aggregation: Aggregation = "sequence_sum"
    entropy_coef: float = 0.0

    def __post_init__(self) -> None:
        """Check the settings."""
        TrainingConfig.__post_init__(self)
        for name in (
            "problems_per_update",
            "samples_per_problem",
            "num_epochs",
            "num_minibatches",
        ):
            check_count(name, getattr(self, name))
        check_positive(self, "temperature", "clip_eps_high")
        check_positive(self, "entropy_coef", or_zero=True)
        check_fraction(self, "clip_eps_low", above_zero=True)
        num_episodes = self.problems_per_update * self.samples_per_problem
        if self.num_minibatches > num_episodes:
            raise argument_error(
                "num_minibatches", f"at most the {num_episodes} episodes", self.num_minibatches
            )


OnPolicyConfigT = TypeVar("OnPolicyConfigT", bound=OnPolicyConfig)


class OnPolicy(Algorithm[OnPolicyConfigT]):
    """A learner from its own samples; a subclass writes `update` over `read` and `steps`.

    See `Algorithm` for the arguments.

    Attributes:
        reference: A frozen copy of the policy at the start.
        optimizer: Optimizer of the trained weights.
    """

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: OnPolicyConfigT | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.reference = self.policy.frozen_copy()
        self.optimizer = make_optimizer(policy.model.parameters(), self.config)

    @property
    def episodes_per_update(self) -> int:
        """Number of problems times number of samples of each."""
        return self.config.problems_per_update * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of each of some random problems."""
        return self.play_groups(self.config.problems_per_update)

    def play_groups(self, num_problems: int) -> list[Episode]:
        """Play the samples of so many random problems, one problem after the other."""
        return play_groups(
            self,
            self.env,
            self.random.integers(self.num_problems, size=num_problems),
            self.config.samples_per_problem,
            seed=self.seed,
        )

    @torch.no_grad()
    def read(
        self,
        episodes: Sequence[Episode],
        *,
        log_probs: bool = False,
        reference: bool = False,
        critic: LanguageModel | None = None,
        value_head: nn.Module | None = None,
    ) -> Batch:
        """Read episodes: one pass per network, without gradients.

        Args:
            episodes: The samples of each problem, one problem after the other.
            log_probs: Whether to read the policy's log-probabilities of the tokens. They
                are read in any case if the update has several steps.
            reference: Whether to read those of the reference. While the policy still is
                the reference, they are exactly the policy's own.
            critic: Network whose hidden states ``value_head`` reads; None for no values.
            value_head: From hidden states to values.

        Returns:
            The batch.
        """
        self.policy.forget()  # its cache of these episodes is void after the first step
        log_probs = log_probs or self.config.num_epochs * self.config.num_minibatches > 1
        turns = sampled_turns(self.policy, episodes)
        rewards, has_turn = turn_rewards(episodes)
        own, ref, values = (torch.zeros(turns.shape, device=turns.device) for _ in range(3))
        final_values = torch.zeros(len(episodes), device=turns.device)
        is_at_reference = reference and have_equal_weights(self.policy, self.reference)
        is_read = log_probs or critic is not None or (reference and not is_at_reference)
        max_tokens = self.config.max_tokens_per_micro_batch
        for part in micro_batches(self.policy, episodes, max_tokens) if is_read else ():
            index, has_ends = part.index, critic is self.policy
            if log_probs or has_ends:
                own[index], hidden = self._read_part(self.policy, part, with_ends=has_ends)
            if critic is not None and value_head is not None:
                if not has_ends:
                    hidden = part.hidden(critic, with_ends=True)
                states = value_head(hidden.float())[:, 0]
                values[index], final_values[part.episodes] = states.split(
                    [len(index[0]), len(part.episodes)]
                )
            if reference and not is_at_reference:
                ref[index], _ = self._read_part(self.reference, part)
        batch = Batch(
            episodes,
            turns,
            rewards.to(turns.device),
            has_turn.to(turns.device),
            values,
            final_values,
            ref_log_probs=ref,
            log_probs=own if log_probs else None,
        )
        return replace(batch, ref_log_probs=batch.own_log_probs) if is_at_reference else batch

    def steps(
        self, batch: Batch, loss_mask: Tensor | None = None, *, progress: float | None = None
    ) -> Iterator[Part]:
        """Go through the gradient steps of an update, micro-batch by micro-batch.

        Before the first micro-batch of a step the gradient is set to 0; after the last one
        it is clipped and checked, and the optimizer steps. The learner calls
        `Part.backward` on each micro-batch in between.

        Args:
            batch: What `read` returned.
            loss_mask: Which tokens contribute to the loss, bool, shape ``(episodes,
                tokens)``; all sampled tokens if None.
            progress: Fraction of the learning-rate schedule that is over, in [0, 1]; that
                of the run if None.

        Yields:
            The micro-batches.

        Raises:
            FloatingPointError: If a gradient is NaN or infinite; that step was not taken.
        """
        config, log = self.config, batch.log
        loss_mask = batch.is_action if loss_mask is None else loss_mask
        progress = self.progress if progress is None else progress
        log.add("learning_rate", set_learning_rate(self.optimizer, config, progress))
        for _ in range(config.num_epochs):
            for rows in self._minibatches(len(batch.episodes)):
                weights = torch.zeros(len(batch.episodes), device=loss_mask.device)
                weights[rows] = loss_weights(
                    loss_mask[rows].sum(dim=1),
                    config.loss_aggregation,
                    constant=config.max_new_tokens,
                )
                self.optimizer.zero_grad()
                max_tokens = config.max_tokens_per_micro_batch
                for tokens in micro_batches(self.policy, batch.episodes, max_tokens, rows):
                    yield Part(
                        self.policy,
                        tokens,
                        weights,
                        loss_mask,
                        log,
                        temperature=config.temperature,
                    )
                log.add("loss", 0.0)  # the parts added up the loss of this one step
                log.add("grad_norm", take_step(self.optimizer, config))

    def policy_losses(self, part: Part, batch: Batch, advantages: Tensor) -> Tensor:
        """Return the clipped surrogate loss of each token, less the entropy bonus.

        Args:
            part: A micro-batch.
            batch: Its batch; where the update is a single step, the ratio is 1.
            advantages: Advantages of the part's tokens, shape ``(sampled,)``.

        Returns:
            Shape ``(sampled,)``.
        """
        config, log_probs = self.config, part.log_probs
        old = log_probs if batch.log_probs is None else batch.log_probs[part.index]
        losses = clipped_policy_losses(
            log_probs,
            old,
            advantages,
            clip_eps_low=config.clip_eps_low,
            clip_eps_high=config.clip_eps_high,
        )
        if batch.log_probs is not None:
            ratios = log_ratios(log_probs, old).exp()
            is_low, is_high = ratios < 1 - config.clip_eps_low, ratios > 1 + config.clip_eps_high
            part.log("clip_frac", is_low | is_high)
            part.log("overflow_frac", is_clamped(log_probs, old))
        if config.entropy_coef > 0:
            entropies = token_entropies(part.logits)
            part.log("entropy", entropies)
            losses = losses - config.entropy_coef * entropies
        return losses

    def kls_to(self, reference: LanguageModel, part: Part) -> Tensor:
        """Return the exact KL to a frozen copy of the policy at each token.

        Args:
            reference: The copy.
            part: A micro-batch.

        Returns:
            Nats, with gradients, shape ``(sampled,)``. While the weights are equal, value and
            gradient are exactly 0: computed ones would differ from it by rounding, and AdamW
            scales any difference up to a full step.
        """
        if have_equal_weights(self.policy, reference):
            return torch.zeros_like(part.log_probs)
        return part.kl_to(reference)

    def kl_to_reference(self, part: Part) -> Tensor:
        """Return `kls_to` the reference, and log it."""
        kls = self.kls_to(self.reference, part)
        part.log("kl", kls, per="attempt")
        part.log("kl_per_token", kls)
        return kls

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the optimizer and the weights of the reference."""
        return {
            "optimizer": self.optimizer.state_dict(),
            "reference": self.reference.trainable_state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        self.optimizer.load_state_dict(state["optimizer"])
        self.reference.load_trainable_state_dict(state["reference"])

    def _read_part(
        self, policy: LanguageModel, part: TokenBatch, *, with_ends: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Return the log-probabilities of the sampled tokens, and the hidden states."""
        logits, hidden = part.outputs(policy, self.config.temperature, with_ends=with_ends)
        token_ids = part.sampled.token_ids
        return token_log_probs(logits[: len(token_ids)], token_ids), hidden

    def _minibatches(self, num_episodes: int) -> Iterator[list[int]]:
        """Assign the episodes to the steps of one epoch."""
        num_minibatches = self.config.num_minibatches
        if num_minibatches == 1:
            yield list(range(num_episodes))
            return
        order = self.random.permutation(num_episodes).tolist()
        for step in range(num_minibatches):
            yield order[step::num_minibatches]


def have_equal_weights(policy: LanguageModel, copy: LanguageModel) -> bool:
    """Whether a policy still has exactly the weights of a frozen copy of it."""
    own, other = policy.trainable_state_dict(), copy.trainable_state_dict()
    return all(torch.equal(weight, other[name]) for name, weight in own.items())


def warn_of_negative_kl(estimates: Tensor) -> None:
    """Warn if the KL to the reference is below zero by more than chance explains.

    Estimated from tokens that the policy sampled, it is negative only by chance. More than
    that says that the tokens were sampled from something other than what is trained.

    Args:
        estimates: Sum of k1 over the tokens of each episode, shape ``(episodes,)``.
    """
    if len(estimates) < 2:
        return
    mean = estimates.mean().item()
    error = estimates.std().item() / len(estimates) ** 0.5
    if mean < -max(_MAX_ERRORS * error, _ROUNDING):
        _LOGGER.warning(
            "The KL to the reference is %.3f nats per episode, and a KL is never negative: the "
            "tokens were not sampled from the policy that is trained on them.",
            mean,
        )
