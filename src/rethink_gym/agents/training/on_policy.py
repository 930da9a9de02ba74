"""The settings that all learners from their own samples share."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.batching.batch import (
    TokenBatch,
    micro_batches,
    outputs_at,
    sampled_logits,
    sampled_turns,
)
from rethink_gym.agents.objectives.losses import (
    AGGREGATIONS,
    clipped_policy_losses,
    exact_kl,
    is_cut_off,
    log_ratios,
    loss_weights,
    token_entropies,
    token_log_probs,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = [
    "OnPolicy",
    "OnPolicyConfig",
    "OnPolicyConfigT",
    "PolicyGradient",
    "PolicyGradientConfig",
    "Sums",
    "TokenTargets",
]


@dataclass(frozen=True, kw_only=True)
class OnPolicyConfig:
    """The settings that all learners from their own samples share.

    Attributes:
        problems_per_update: Problems drawn for each update.
        samples_per_problem: Episodes played of each.
        learning_rate: Of Adam, at the start.
        learning_rate_schedule: ``"constant"``, or ``"linear"`` to fall to 0 at the
            end of the run.
        adam_epsilon: Added to Adam's denominator.
        max_grad_norm: The gradient is scaled down to this norm if it is larger.
        temperature: Of the sampled, and so of the trained, distribution.
        max_new_tokens: Most tokens of one attempt.
        max_tokens_per_micro_batch: Bounds the memory of an update, not its result.
        num_epochs: How often an update goes through the episodes.
        num_minibatches: Gradient steps of each time.
        clip_eps_low: How far below 1 the ratio to the policy that sampled may fall before
            a token teaches no more; without effect in an update of a single step.
        clip_eps_high: How far above 1 it may rise.
        loss_aggregation: How the tokens' losses become one, see `loss_weights`; the
            constant is ``max_new_tokens``.
        entropy_coef: Of the entropy that is added to what is maximised.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 32
    samples_per_problem: int = 8
    learning_rate: float = 1e-4
    learning_rate_schedule: str = "linear"
    adam_epsilon: float = 1e-8
    max_grad_norm: float = 1.0
    temperature: float = 1.0
    max_new_tokens: int = 96
    max_tokens_per_micro_batch: int = 2048
    num_epochs: int = 1
    num_minibatches: int = 1
    clip_eps_low: float = 0.2
    clip_eps_high: float = 0.2
    loss_aggregation: str = "sequence_sum"
    entropy_coef: float = 0.0

    def __post_init__(self) -> None:
        for name in (
            "problems_per_update",
            "samples_per_problem",
            "max_new_tokens",
            "max_tokens_per_micro_batch",
            "num_epochs",
            "num_minibatches",
        ):
            check_count(name, getattr(self, name))
        check_choice("learning_rate_schedule", self.learning_rate_schedule, ("constant", "linear"))
        check_choice("loss_aggregation", self.loss_aggregation, AGGREGATIONS)
        for name in (
            "learning_rate",
            "adam_epsilon",
            "max_grad_norm",
            "temperature",
            "clip_eps_high",
        ):
            if not getattr(self, name) > 0:
                raise argument_error(name, "a number above 0", getattr(self, name))
        if not 0 < self.clip_eps_low <= 1:
            raise argument_error("clip_eps_low", "above 0 and at most 1", self.clip_eps_low)
        if not self.entropy_coef >= 0:
            raise argument_error("entropy_coef", "a number of at least 0", self.entropy_coef)
        num_episodes = self.problems_per_update * self.samples_per_problem
        if self.num_minibatches > num_episodes:
            raise argument_error(
                "num_minibatches", f"at most the {num_episodes} episodes", self.num_minibatches
            )


OnPolicyConfigT = TypeVar("OnPolicyConfigT", bound=OnPolicyConfig)


@dataclass(frozen=True)
class TokenTargets:
    """What the sampled tokens of a batch of episodes learn, one row per episode.

    Attributes:
        advantages: How much better than expected each token was, float32, shape
            ``(episodes, tokens)``, padded on the right.
        kl_weights: How strongly each is held to the reference, same shape.
        is_learned: Which entries are tokens that count, same shape, bool.
        old_log_probs: Of the tokens under the policy before the update, same shape;
            None if the update is a single step, where they are those of the step.
    """

    advantages: Tensor
    kl_weights: Tensor
    is_learned: Tensor
    old_log_probs: Tensor | None


class Sums(defaultdict[str, float]):
    """Numbers by name, summed over the parts of an update."""

    def __init__(self) -> None:
        super().__init__(float)

    def add(self, name: str, numbers: Tensor) -> None:
        """Add the sum of some numbers, without their gradients."""
        self[name] += numbers.detach().sum().item()


class OnPolicy(Algorithm[OnPolicyConfigT]):
    """A learner from its own samples, by the gradient of its tokens' probabilities.

    A subclass writes `targets`: what each token learns.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings; the defaults of `config_class` if None.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        reference: A frozen copy of the policy as it was at the start.
        optimizer: Of the weights that are trained.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
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
        self.optimizer = torch.optim.AdamW(
            [weight for weight in policy.model.parameters() if weight.requires_grad],
            lr=self.config.learning_rate,
            eps=self.config.adam_epsilon,
            weight_decay=0.0,
        )

    @abstractmethod
    def targets(self, episodes: Sequence[Episode]) -> tuple[TokenTargets, dict[str, float]]:
        """Say what each token learns.

        Args:
            episodes: The samples of each problem, one problem after the other.

        Returns:
            The targets, and numbers worth logging.
        """

    @property
    def episodes_per_update(self) -> int:
        """Problems times samples of each."""
        return self.config.problems_per_update * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of each of some problems, drawn with the learner's seed."""
        return self.play_groups(self.config.problems_per_update)

    def play_groups(self, num_problems: int) -> list[Episode]:
        """Play the samples of so many problems, one problem after the other."""
        problems = self.random.integers(self.num_problems, size=num_problems)
        repeated = problems.repeat(self.config.samples_per_problem).tolist()
        return play_episodes(self, self.env, repeated, seed=self.seed)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take the steps of one update along the gradient of the episodes.

        A step whose gradient is not finite is not taken; ``loss`` and ``grad_norm``
        say so.

        Args:
            episodes: The samples of each problem, one problem after the other.

        Returns:
            ``loss``, ``grad_norm``, ``learning_rate``; with a KL ``kl_t1``, ``kl_t2``, …
            (nats per attempt) and ``kl_per_token``; in updates of several steps
            ``clip_frac``, the share of tokens beyond the bounds of clipping, and
            ``overflow_frac``, that of ratios cut off before they overflow; and what
            `targets` logs.

        Raises:
            ArgumentError: If the targets cannot be made of the episodes.
        """
        self.policy.forget()  # what it keeps of the episodes is void after the first step
        targets, numbers = self.targets(episodes)
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        sums, steps = Sums(), 0
        for _ in range(self.config.num_epochs):
            for minibatch in self._minibatches(len(episodes)):
                self._step(episodes, minibatch, targets, sums)
                steps += 1
        num_tokens = int(targets.is_learned.sum()) * self.config.num_epochs
        numbers |= {"loss": sums.pop("loss") / steps, "grad_norm": sums.pop("grad_norm") / steps}
        numbers["learning_rate"] = self._learning_rate()
        for name, number in sums.items():
            is_per_attempt = name.startswith("kl_t")
            count = len(episodes) * self.config.num_epochs if is_per_attempt else num_tokens
            numbers[name] = number / max(count, 1)
        return numbers

    def token_losses(
        self, logits: Tensor, hidden: Tensor, part: TokenBatch, targets: TokenTargets, sums: Sums
    ) -> Tensor:
        """Return the loss of each sampled token.

        Args:
            logits: That each token was drawn from, shape ``(sampled, vocabulary)``.
            hidden: The model's last hidden states there, shape ``(sampled, width)``.
            part: The tokens.
            targets: What the tokens of the whole batch learn.
            sums: Takes what is worth logging, summed over tokens.

        Returns:
            Shape ``(sampled,)``.
        """
        sampled, place = part.sampled, part.places
        log_probs = token_log_probs(logits, sampled.token_ids)
        old = log_probs if targets.old_log_probs is None else targets.old_log_probs[place]
        bounds = {
            "clip_eps_low": self.config.clip_eps_low,
            "clip_eps_high": self.config.clip_eps_high,
        }
        losses = clipped_policy_losses(log_probs, old, targets.advantages[place], **bounds)
        if targets.old_log_probs is not None:
            is_learned = targets.is_learned[place]
            ratios = log_ratios(log_probs, old).exp()
            is_outside = (ratios < 1 - bounds["clip_eps_low"]) | (
                ratios > 1 + bounds["clip_eps_high"]
            )
            sums.add("clip_frac", is_outside[is_learned])
            sums.add("overflow_frac", is_cut_off(log_probs, old)[is_learned])
        if targets.kl_weights.any():
            with torch.no_grad():
                held_to = sampled_logits(self.reference.model, part, self.config.temperature)
            kls = exact_kl(logits, held_to)
            losses = losses + targets.kl_weights[place] * kls
            sums.add("kl_per_token", kls[targets.is_learned[place]])
            for turn in range(int(sampled.turns.max()) + 1 if len(kls) else 0):
                sums.add(f"kl_t{turn + 1}", kls[sampled.turns == turn])
        if self.config.entropy_coef:
            entropies = token_entropies(logits)
            losses = losses - self.config.entropy_coef * entropies
            sums.add("entropy", entropies[targets.is_learned[place]])
        return losses

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation, as in training unless deterministic."""
        temperature = 0.0 if deterministic else self.config.temperature
        sampling = SamplingConfig(
            max_new_tokens=self.config.max_new_tokens,
            temperature=temperature,
            stop_strings=self.policy.sampling.stop_strings,
        )
        return self.policy.act(conversations, sampling)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the optimizer and the weights of the reference."""
        return {
            "optimizer": self.optimizer.state_dict(),
            "reference": self.reference.trainable_state_dict(),
        }

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.optimizer.load_state_dict(tensors["optimizer"])
        self.reference.load_trainable_state_dict(tensors["reference"])

    def old_log_probs(self, episodes: Sequence[Episode], turns: Tensor) -> Tensor | None:
        """Return the tokens' log-probabilities before the update, if it needs them.

        Args:
            episodes: The batch.
            turns: The turn of each sampled token, see `sampled_turns`.

        Returns:
            Shape ``(episodes, tokens)``; None if the update is a single step.
        """
        if self.config.num_epochs * self.config.num_minibatches == 1:
            return None
        return self.log_probs(self.policy, episodes, turns)

    @torch.no_grad()
    def log_probs(
        self, policy: LanguageModel, episodes: Sequence[Episode], turns: Tensor
    ) -> Tensor:
        """Return the log-probabilities of all sampled tokens under a policy.

        Args:
            policy: The learner's own, or its reference.
            episodes: The batch.
            turns: The turn of each sampled token, see `sampled_turns`.

        Returns:
            Shape ``(episodes, tokens)``, 0 where there is no token.
        """
        found = torch.zeros(turns.shape, device=turns.device)
        for part in micro_batches(policy, episodes, self.config.max_tokens_per_micro_batch):
            logits = sampled_logits(policy.model, part, self.config.temperature)
            found[part.places] = token_log_probs(logits, part.sampled.token_ids)
        return found

    def _minibatches(self, num_episodes: int) -> Iterator[list[int]]:
        """Deal the episodes out to the steps of one epoch."""
        num_minibatches = self.config.num_minibatches
        if num_minibatches == 1:
            yield list(range(num_episodes))
            return
        order = self.random.permutation(num_episodes).tolist()
        for step in range(num_minibatches):
            yield order[step::num_minibatches]

    def _step(
        self, episodes: Sequence[Episode], minibatch: list[int], targets: TokenTargets, sums: Sums
    ) -> None:
        lengths = targets.is_learned[minibatch].sum(dim=1)
        weights = torch.zeros(len(episodes), device=lengths.device)
        weights[minibatch] = loss_weights(
            lengths, self.config.loss_aggregation, constant=self.config.max_new_tokens
        )
        self.optimizer.zero_grad()
        max_tokens = self.config.max_tokens_per_micro_batch
        for part in micro_batches(self.policy, episodes, max_tokens, minibatch):
            sampled, place = part.sampled, part.places
            logits, hidden = outputs_at(
                self.policy.model, part.token_ids, sampled.rows, sampled.columns - 1
            )
            losses = self.token_losses(
                logits / self.config.temperature, hidden, part, targets, sums
            )
            learned = torch.where(targets.is_learned[place], losses, 0.0)
            loss = (weights[place[0]] * learned).sum()
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            sums.add("loss", loss)
        trained = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        grad_norm = torch.nn.utils.clip_grad_norm_(trained, self.config.max_grad_norm)
        sums.add("grad_norm", grad_norm)
        if grad_norm.isfinite():
            self.optimizer.step()

    def _learning_rate(self) -> float:
        if self.config.learning_rate_schedule == "linear":
            return self.config.learning_rate * (1.0 - self.progress)
        return self.config.learning_rate


@dataclass(frozen=True, kw_only=True)
class PolicyGradientConfig(OnPolicyConfig):
    """The settings of learners that compare the samples of a problem; see `OnPolicyConfig`.

    Attributes:
        samples_per_problem: Episodes played of each problem, at least 2.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    samples_per_problem: int = 8

    def __post_init__(self) -> None:
        OnPolicyConfig.__post_init__(self)
        check_count("samples_per_problem", self.samples_per_problem, 2)


PolicyGradientConfigT = TypeVar("PolicyGradientConfigT", bound=OnPolicyConfig)


class PolicyGradient(OnPolicy[PolicyGradientConfigT]):
    """A learner that follows the gradient of its own samples' rewards.

    A subclass writes `advantages` and `kl_weights`. See `OnPolicy` for the arguments.
    """

    @abstractmethod
    def advantages(self, rewards: Tensor) -> Tensor:
        """Say how much better than expected each attempt was.

        Args:
            rewards: Of each turn, float32, shape ``(problems, samples, turns)``.

        Returns:
            What multiplies the log-probability of each turn's tokens, same shape.
        """

    @abstractmethod
    def kl_weights(self, num_turns: int) -> Tensor:
        """Say how strongly each turn is held to the reference.

        Args:
            num_turns: How many turns an episode has.

        Returns:
            The weight of the KL of each turn's tokens, shape ``(turns,)``.
        """

    def turn_rewards(
        self, episodes: Sequence[Episode], turns: Tensor
    ) -> tuple[Tensor, dict[str, float]]:
        """Return what each turn earned; a subclass may add to it.

        Args:
            episodes: The samples of each problem, one problem after the other.
            turns: The turn of each sampled token, see `sampled_turns`.

        Returns:
            The rewards, shape ``(problems, samples, turns)``, and numbers worth logging.

        Raises:
            ArgumentError: If the episodes are not of equal numbers of turns.
        """
        lengths = {len(episode.turns) for episode in episodes}
        if len(lengths) != 1:
            raise argument_error("episodes", "of equal numbers of turns", sorted(lengths))
        rewards = torch.tensor([[turn.reward for turn in episode.turns] for episode in episodes])
        return rewards.reshape(-1, self.config.samples_per_problem, *lengths), {}

    def targets(self, episodes: Sequence[Episode]) -> tuple[TokenTargets, dict[str, float]]:
        """Give each token the advantage and the KL weight of its turn."""
        turns = sampled_turns(self.policy, episodes)
        rewards, numbers = self.turn_rewards(episodes, turns)
        advantages = self.advantages(rewards).flatten(0, 1).to(turns.device)
        kl_weights = self.kl_weights(rewards.shape[-1]).to(turns.device)
        of_turn = turns.clamp(min=0)
        targets = TokenTargets(
            advantages=advantages.gather(1, of_turn),
            kl_weights=kl_weights[of_turn],
            is_learned=turns >= 0,
            old_log_probs=self.old_log_probs(episodes, turns),
        )
        return targets, numbers
