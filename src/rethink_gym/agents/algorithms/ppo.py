"""The settings of PPO."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.batching.batch import TokenBatch, micro_batches, outputs_at, sampled_turns
from rethink_gym.agents.models.critic import Critic
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.objectives.advantages import generalized_advantages, masked_whiten
from rethink_gym.agents.objectives.credit import (
    PrefixScores,
    model_step_rewards,
    place_step_rewards,
    place_turn_rewards,
    verifier_step_rewards,
)
from rethink_gym.agents.objectives.losses import clipped_value_losses, kl_estimates, token_log_probs
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.divergence import warn_of_negative_kl
from rethink_gym.agents.training.on_policy import OnPolicy, OnPolicyConfig, Sums, TokenTargets
from rethink_gym.conversation import StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_choice

__all__ = ["PPO", "PPOConfig"]
REWARDS = ("sparse", "dense", "orm_sparse", "orm_potential", "orm_dense")
LENGTH_CAPS = ("end", "bootstrap", "penalty", "mask")


@dataclass(frozen=True, kw_only=True)
class PPOConfig(OnPolicyConfig):
    """The settings of PPO; see `OnPolicyConfig` for the others.

    The paper's are β, the 4 samples and 4 passes, and no discount. Not the paper's, which
    does not say or trains large models, are the learning rate with its schedule, the
    numbers of problems and steps, λ, the clipping and the weight of the critic's loss.

    Attributes:
        beta: Weight of the KL to the policy at the start (k1), in the reward of every
            token.
        rewards: ``"sparse"``: the environment's, at the last token of each turn.
            ``"dense"``: besides, each of the *L* steps of an answer earns its score over
            *L* where it ends, if the verifier scores steps. ``"orm_sparse"``,
            ``"orm_potential"`` or ``"orm_dense"``: instead, what a learned outcome reward
            model says, see `step_rewards`; the potential form keeps the best policy of
            the sparse one.
        reward_model: Folder of that model, as `rethink train orm` writes it.
        gamma: What a reward is worth one token earlier.
        gae_lambda: Lambda of the generalized advantage estimates.
        length_cap: What an answer is that the limit on tokens cut off. ``"end"``: the end
            of its turn, as any other. ``"bootstrap"``: no end; if the episode is over
            with it, the critic says what was to come. ``"penalty"``: an end that costs
            `cap_penalty`. ``"mask"``: nothing to learn from. An episode that the
            environment truncates is always bootstrapped.
        cap_penalty: What is taken off the reward of such an answer.
        vf_coef: Of the critic's loss beside the policy's.
        value_clip: How far a value may move from its old one and still gain.
        is_critic_separate: Whether the critic has a network of its own.
        whiten_rewards: Whether rewards are scaled to variance 1, their mean kept.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 64
    samples_per_problem: int = 4
    learning_rate: float = 3e-5
    adam_epsilon: float = 1e-5
    num_epochs: int = 4
    num_minibatches: int = 4
    loss_aggregation: str = "token_mean"
    beta: float = 0.05
    rewards: str = "sparse"
    reward_model: str = ""
    gamma: float = 1.0
    gae_lambda: float = 0.95
    length_cap: str = "end"
    cap_penalty: float = 1.0
    vf_coef: float = 0.1
    value_clip: float = 0.2
    is_critic_separate: bool = False
    whiten_rewards: bool = False

    def __post_init__(self) -> None:
        OnPolicyConfig.__post_init__(self)
        check_choice("rewards", self.rewards, REWARDS)
        check_choice("length_cap", self.length_cap, LENGTH_CAPS)
        for name in ("beta", "cap_penalty", "vf_coef"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))
        if not self.value_clip > 0:
            raise argument_error("value_clip", "a number above 0", self.value_clip)
        for name in ("gamma", "gae_lambda"):
            if not 0 <= getattr(self, name) <= 1:
                raise argument_error(name, "in [0, 1]", getattr(self, name))


@dataclass(frozen=True)
class CriticTargets(TokenTargets):
    """What the sampled tokens teach policy and critic.

    Attributes:
        values: Expected return before each token, by the critic before the update.
        returns: What the critic learns to expect.
    """

    values: Tensor
    returns: Tensor


class PPO(OnPolicy[PPOConfig]):
    """Proximal policy optimisation with a critic over tokens.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings; the defaults of `config_class` if None.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        critic: Learns along with the policy.
        prefix_scores: The learned reward: that of ``config.reward_model`` unless another
            is put here. Checkpoints do not keep it.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
        DataNotFoundError: If there is no reward model where the config says.

    References:
        Schulman et al., "Proximal Policy Optimization Algorithms", 2017
        (arXiv:1707.06347); Havrilla et al., "Teaching Large Language Models to Reason
        with Reinforcement Learning", 2024, section 3 (arXiv:2403.04642).
    """

    name: ClassVar = "ppo"
    config_class: ClassVar = PPOConfig
    default_episodes: ClassVar = 7_680

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: PPOConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.critic = Critic(policy.model, is_separate=self.config.is_critic_separate)
        weights = [weight for weight in self.critic.parameters() if weight.requires_grad]
        self.optimizer.add_param_group({"params": weights})
        self.prefix_scores: PrefixScores | None = None
        if self.config.reward_model:
            model = OutcomeRewardModel.from_pretrained(
                self.config.reward_model, device=policy.device
            )
            self.prefix_scores = model.scores

    def targets(self, episodes: Sequence[Episode]) -> tuple[CriticTargets, dict[str, float]]:
        """Estimate advantages and returns by rewards, KL and critic."""
        config = self.config
        turns = sampled_turns(self.policy, episodes)
        is_action = turns >= 0
        old_log_probs, values, final_values = self._before(episodes, turns)
        rewards, is_cut = self._rewards(episodes, turns)
        distances: dict[str, float] = {}
        if config.beta:  # else nobody asks the reference
            held_to = self.log_probs(self.reference, episodes, turns)
            kls = kl_estimates(old_log_probs, held_to, "k1")
            warn_of_negative_kl(kls.sum(dim=1))
            rewards = rewards - config.beta * kls
            distances = _distances(kl_estimates(old_log_probs, held_to, "k3"), turns)
        if config.whiten_rewards:
            rewards = masked_whiten(rewards, is_action, shift=False)
        advantages = generalized_advantages(
            rewards,
            values,
            is_action,
            gamma=config.gamma,
            gae_lambda=config.gae_lambda,
            final_values=final_values * self._goes_on(episodes).to(turns.device),
        )
        is_learned = is_action & ~is_cut if config.length_cap == "mask" else is_action
        targets = CriticTargets(
            advantages=masked_whiten(advantages, is_learned),
            kl_weights=torch.zeros_like(values),
            is_learned=is_learned,
            old_log_probs=old_log_probs,
            values=values,
            returns=advantages + values,
        )
        errors, spread = (targets.returns - values)[is_action], targets.returns[is_action]
        numbers = {
            **distances,
            "value_mean": values[is_action].mean().item(),
            "explained_variance": (1 - errors.var() / spread.var().clamp(min=1e-8)).item(),
        }
        return targets, numbers

    def token_losses(
        self, logits: Tensor, hidden: Tensor, part: TokenBatch, targets: TokenTargets, sums: Sums
    ) -> Tensor:
        """Return the policy's loss of each token, and the critic's."""
        assert isinstance(targets, CriticTargets)
        losses = super().token_losses(logits, hidden, part, targets, sums)
        sampled, place = part.sampled, part.places
        values = self.critic(hidden, part.token_ids, sampled.rows, sampled.columns - 1)
        errors = clipped_value_losses(
            values, targets.values[place], targets.returns[place], clip=self.config.value_clip
        )
        sums.add("value_loss", errors[targets.is_learned[place]])
        return losses + self.config.vf_coef * errors

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the learner, the critic's weights included."""
        return {**super().state_dict(), "critic": self.critic.state_dict()}

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        super().load_state_dict(tensors)
        self.critic.load_state_dict(tensors["critic"])

    @torch.no_grad()
    def _before(self, episodes: Sequence[Episode], turns: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log-probabilities and values before the update, and the values at the ends."""
        log_probs = torch.zeros(turns.shape, device=turns.device)
        values = torch.zeros_like(log_probs)
        final_values = torch.zeros(len(episodes), device=turns.device)
        for part in micro_batches(self.policy, episodes, self.config.max_tokens_per_micro_batch):
            sampled = part.sampled
            last_columns = torch.zeros_like(part.episodes)
            last_columns.scatter_reduce_(0, sampled.rows, sampled.columns, "amax")
            rows = torch.cat((sampled.rows, torch.arange(len(last_columns), device=turns.device)))
            columns = torch.cat((sampled.columns - 1, last_columns))
            logits, hidden = outputs_at(self.policy.model, part.token_ids, rows, columns)
            found = self.critic(hidden, part.token_ids, rows, columns)
            count = len(sampled.rows)
            logits = logits[:count] / self.config.temperature
            log_probs[part.places] = token_log_probs(logits, sampled.token_ids)
            values[part.places] = found[:count]
            final_values[part.episodes] = found[count:]
        return log_probs, values, final_values

    def _rewards(self, episodes: Sequence[Episode], turns: Tensor) -> tuple[Tensor, Tensor]:
        """Return what each token earned, and which tokens stand in answers that were cut off."""
        num_turns = max(len(episode.turns) for episode in episodes)
        earned = torch.zeros(len(episodes), num_turns)
        is_cut = torch.zeros(len(episodes), num_turns, dtype=torch.bool)
        by_model = self.config.rewards.startswith("orm_")
        for row, episode in enumerate(episodes):
            for index, turn in enumerate(episode.turns):
                earned[row, index] = 0.0 if by_model else turn.reward
                is_cut[row, index] = turn.completion.stop is StopReason.LENGTH
        if self.config.length_cap == "penalty":
            earned -= self.config.cap_penalty * is_cut
        rewards = place_turn_rewards(earned.to(turns.device), turns)
        if by_model:
            paid = model_step_rewards(
                self._prefix_scores(), episodes, self.config.rewards.removeprefix("orm_")
            )
            rewards = rewards + place_step_rewards(self.policy.decode, episodes, turns, paid)
        elif self.config.rewards == "dense":
            paid = verifier_step_rewards(episodes)
            rewards = rewards + place_step_rewards(self.policy.decode, episodes, turns, paid)
        return rewards, is_cut.to(turns.device).gather(1, turns.clamp(min=0))

    def _prefix_scores(self) -> PrefixScores:
        if self.prefix_scores is None:
            remedy = "Train one by `rethink train orm`, and give its folder."
            raise argument_error("reward_model", "given", self.config.reward_model, remedy)
        return self.prefix_scores

    def _goes_on(self, episodes: Sequence[Episode]) -> Tensor:
        """Tell which episodes ended only because somebody stopped them."""
        lasts = [episode.turns[-1] for episode in episodes]
        caps = self.config.length_cap == "bootstrap"
        return torch.tensor(
            [
                (last.truncated and not last.terminated)
                or (caps and last.completion.stop is StopReason.LENGTH)
                for last in lasts
            ]
        )


def _distances(kls: Tensor, turns: Tensor) -> dict[str, float]:
    """Report how far from the reference the tokens are: each, and all of a turn together."""
    numbers = {"kl_per_token": kls[turns >= 0].mean().item()}
    for turn in range(int(turns.max()) + 1):
        numbers[f"kl_t{turn + 1}"] = kls[turns == turn].sum().item() / len(turns)
    return numbers
