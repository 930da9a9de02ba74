"""What the policy-gradient learners share: groups of samples, one update per batch."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.algorithm import Algorithm
from rethink_gym.agents.batch import micro_batches, sampled_logits
from rethink_gym.agents.losses import exact_kl, policy_gradient_loss, token_log_probs
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["PolicyGradient", "PolicyGradientConfig"]


@dataclass(frozen=True, kw_only=True)
class PolicyGradientConfig:
    """The settings that the policy-gradient learners share.

    Attributes:
        problems_per_update: Problems drawn for each update.
        samples_per_problem: Episodes played of each, at least 2.
        learning_rate: Of AdamW, at the start.
        learning_rate_schedule: ``"constant"``, or ``"linear"`` to fall to 0 at the
            end of the run.
        max_grad_norm: The gradient is scaled down to this norm if it is larger.
        temperature: Of the sampled, and so of the trained, distribution.
        max_new_tokens: Most tokens of one attempt.
        max_tokens_per_micro_batch: Bounds the memory of an update, not its result.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 32
    samples_per_problem: int = 8
    learning_rate: float = 1e-4
    learning_rate_schedule: str = "linear"
    max_grad_norm: float = 1.0
    temperature: float = 1.0
    max_new_tokens: int = 96
    max_tokens_per_micro_batch: int = 4096

    def __post_init__(self) -> None:
        check_count("problems_per_update", self.problems_per_update)
        check_count("samples_per_problem", self.samples_per_problem, 2)
        check_count("max_new_tokens", self.max_new_tokens)
        check_count("max_tokens_per_micro_batch", self.max_tokens_per_micro_batch)
        check_choice("learning_rate_schedule", self.learning_rate_schedule, ("constant", "linear"))
        for name in ("learning_rate", "max_grad_norm", "temperature"):
            if not getattr(self, name) > 0:
                raise argument_error(name, "a number above 0", getattr(self, name))


PolicyGradientConfigT = TypeVar("PolicyGradientConfigT", bound=PolicyGradientConfig)


class PolicyGradient(Algorithm[PolicyGradientConfigT]):
    """A learner that follows the gradient of its own samples' rewards.

    A subclass writes `advantages` and `kl_weights`.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings; the defaults of `config_class` if None.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        reference: A frozen copy of the policy as it was at the start.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
    """

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: PolicyGradientConfigT | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.reference = self.policy.frozen_copy()
        parameters = [p for p in self.policy.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            parameters, lr=self.config.learning_rate, weight_decay=0.0
        )

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

    @property
    def episodes_per_update(self) -> int:
        """Problems times samples of each."""
        return self.config.problems_per_update * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of each of some problems, drawn with the learner's seed."""
        problems = self.random.integers(self.num_problems, size=self.config.problems_per_update)
        repeated = problems.repeat(self.config.samples_per_problem).tolist()
        return play_episodes(self, self.env, repeated, seed=self.seed)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take one step along the gradient of the whole batch.

        Args:
            episodes: The samples of each problem, one problem after the other.

        Returns:
            ``loss``, ``kl_t1``, ``kl_t2``, … (nats per attempt), ``grad_norm`` and
            ``learning_rate``.

        Raises:
            ArgumentError: If the episodes are not of equal numbers of turns.
        """
        rewards = self._rewards(episodes)
        num_turns = rewards.shape[-1]
        device = self.policy.device
        advantages = self.advantages(rewards).flatten(0, 1).to(device)
        kl_weights = self.kl_weights(num_turns).to(device)
        learning_rate = self._learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.zero_grad()
        loss_sum = 0.0
        kl_sums = torch.zeros(num_turns, device=device)
        parts = micro_batches(self.policy, episodes, self.config.max_tokens_per_micro_batch)
        for part in parts:
            sampled = part.sampled
            logits = sampled_logits(self.policy.model, part, self.config.temperature)
            with torch.no_grad():
                held_to = sampled_logits(self.reference.model, part, self.config.temperature)
            kls = exact_kl(logits, held_to)
            loss = policy_gradient_loss(
                token_log_probs(logits, sampled.token_ids),
                advantages[part.episodes[sampled.rows], sampled.turns],
                kls,
                kl_weights[sampled.turns],
                num_episodes=len(episodes),
            )
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            loss_sum += loss.item()
            kl_sums.index_add_(0, sampled.turns, kls.detach())
        grad_norm = torch.nn.utils.clip_grad_norm_(
            self.policy.model.parameters(), self.config.max_grad_norm
        )
        self.optimizer.step()
        numbers = {
            "loss": loss_sum,
            "grad_norm": grad_norm.item(),
            "learning_rate": learning_rate,
        }
        for turn, kl_sum in enumerate(kl_sums.tolist(), 1):
            numbers[f"kl_t{turn}"] = kl_sum / len(episodes)
        return numbers

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

    def tensors(self) -> dict[str, Any]:
        """Return the state of the optimizer and the weights of the reference."""
        return {
            "optimizer": self.optimizer.state_dict(),
            "reference": self.reference.model.state_dict(),
        }

    def set_tensors(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `tensors` returned."""
        self.optimizer.load_state_dict(tensors["optimizer"])
        self.reference.model.load_state_dict(tensors["reference"])

    def _rewards(self, episodes: Sequence[Episode]) -> Tensor:
        """Return the rewards, shape ``(problems, samples, turns)``."""
        lengths = {len(episode.turns) for episode in episodes}
        if len(lengths) != 1:
            raise argument_error("episodes", "of equal numbers of turns", sorted(lengths))
        rewards = torch.tensor([[turn.reward for turn in episode.turns] for episode in episodes])
        return rewards.reshape(-1, self.config.samples_per_problem, *lengths)

    def _learning_rate(self) -> float:
        if self.config.learning_rate_schedule == "linear":
            return self.config.learning_rate * (1.0 - self.progress)
        return self.config.learning_rate
