"""PPO over tokens, with a critic, and rewards for answers, for steps, or by a learned model.

Left open by the paper and chosen here: the form of the dense reward (see `PPOConfig`), how
a learned reward and the true reward are combined (the learned one replaces it), and all
settings except the KL and the number of samples. The KL in the reward is the estimate k1
of every sampled token, the end token included, between distributions at the sampling
temperature. One norm clips the gradients of policy and critic together; a separate critic
has the same learning rate as the policy.

With all rewards 0 and the policy at the reference, nothing changes. Equal rewards above 0
are a signal here: the critic has to learn to expect them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.batching.batch import Batch
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.models.scalar_head import make_scalar_head
from rethink_gym.agents.objectives.advantages import (
    generalized_advantages,
    masked_whiten,
    place_turn_rewards,
)
from rethink_gym.agents.objectives.credit import (
    PrefixScores,
    RewardForm,
    model_step_rewards,
    place_step_rewards,
    verifier_step_rewards,
)
from rethink_gym.agents.objectives.losses import Aggregation, clipped_value_losses, kl_estimates
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.config import check_fraction, check_positive
from rethink_gym.agents.training.on_policy import OnPolicy, OnPolicyConfig, warn_of_negative_kl
from rethink_gym.conversation import StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = ["PPO", "PPOConfig"]

MODEL_REWARDS: Mapping[str, RewardForm] = {
    "orm_sparse": "sparse",
    "orm_potential": "potential",
    "orm_dense": "dense",
}
"""The forms of a learned reward, by the value of ``PPOConfig.rewards``."""


@dataclass(frozen=True, kw_only=True)
class PPOConfig(OnPolicyConfig):
    """Settings of PPO; see `OnPolicyConfig` for the others.

    From the paper: β, the 4 samples and 4 passes, and no discount. Not from the paper, which
    does not state them or trains large models: the learning rate with its schedule, the
    numbers of problems and steps, λ, the clipping and the weight of the value loss.

    Attributes:
        beta: Weight of the KL to the reference, the policy at the start (k1), in the reward
            of every token.
        rewards: ``"sparse"``: the environment's reward, at the last token of each turn.
            ``"dense"``: in addition, each of the *L* steps of an answer earns its score over
            *L* where it ends, if the verifier scores steps. ``"orm_sparse"``,
            ``"orm_potential"`` or ``"orm_dense"``: instead, rewards of a learned outcome
            reward model, see `step_rewards`; the potential form keeps the best policy of
            the sparse one.
        reward_model: Folder of that model, as `rethink train orm` writes it.
        gamma: Discount per token, in [0, 1].
        gae_lambda: λ of the generalized advantage estimates, in [0, 1].
        length_cap: How an answer counts that the limit on tokens cut off. ``"end"``: as the
            end of its turn, like any other. ``"bootstrap"``: not as an end; if the episode
            is over with it, the critic says what was to come. ``"penalty"``: as an end that
            costs `cap_penalty`. ``"mask"``: it does not contribute to the loss. An episode
            that the environment or the model's context truncates is always bootstrapped.
        cap_penalty: Subtracted from the reward of such an answer.
        vf_coef: Weight of the value loss.
        value_clip: Maximum useful distance of a value from its old one; None for no
            clipping.
        is_critic_separate: Whether the critic has a network of its own.
        whiten_rewards: Whether rewards are scaled to variance 1 while their mean is kept.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 64
    samples_per_problem: int = 4
    learning_rate: float = 3e-5
    adam_epsilon: float = 1e-5
    num_epochs: int = 4
    num_minibatches: int = 4
    loss_aggregation: Aggregation = "token_mean"
    beta: float = 0.05
    rewards: Literal["sparse", "dense", "orm_sparse", "orm_potential", "orm_dense"] = "sparse"
    reward_model: str = ""
    gamma: float = 1.0
    gae_lambda: float = 0.95
    length_cap: Literal["end", "bootstrap", "penalty", "mask"] = "end"
    cap_penalty: float = 1.0
    vf_coef: float = 0.1
    value_clip: float | None = 0.2
    is_critic_separate: bool = False
    whiten_rewards: bool = False

    def __post_init__(self) -> None:
        """Check the settings."""
        OnPolicyConfig.__post_init__(self)
        check_positive(self, "beta", "cap_penalty", "vf_coef", or_zero=True)
        if self.value_clip is not None:
            check_positive(self, "value_clip")
        check_fraction(self, "gamma", "gae_lambda")


class PPO(OnPolicy[PPOConfig]):
    """Proximal policy optimisation with a critic over tokens; see `Algorithm` for the arguments.

    Attributes:
        critic: Network whose hidden states the value head reads: the policy itself, or a
            copy that is trained beside it.
        value_head: From the hidden state before a token to the expected return.
        prefix_scores: The learned reward: that of ``config.reward_model`` unless another
            is assigned. Checkpoints do not keep it.

    Raises:
        DataNotFoundError: If there is no reward model in ``config.reward_model``.

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
        self.value_head = make_scalar_head(policy.model)
        self.critic = policy
        weights = list(self.value_head.parameters())
        if self.config.is_critic_separate:
            self.critic = policy.trainable_copy()
            trunk = self.critic.model.base_model.parameters()
            weights = [*(weight for weight in trunk if weight.requires_grad), *weights]
        self.optimizer.add_param_group({"params": weights})
        self.prefix_scores: PrefixScores | None = None
        if self.config.reward_model:
            model = OutcomeRewardModel.from_pretrained(
                self.config.reward_model, device=policy.device
            )
            self.prefix_scores = model.scores

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take the gradient steps of one batch of samples.

        Args:
            episodes: What `collect` returned.

        Returns:
            What the update reports, by name.
        """
        config = self.config
        batch = self.read(
            episodes,
            log_probs=True,
            reference=config.beta > 0,
            critic=self.critic,
            value_head=self.value_head,
        )
        advantages, returns, loss_mask = self.estimate(batch)
        for part in self.steps(batch, loss_mask):
            at, hidden = part.index, part.hidden
            if self.critic is not self.policy:
                hidden = part.tokens.hidden(self.critic)
            value_losses = clipped_value_losses(
                self.value_head(hidden.float())[:, 0],
                batch.values[at],
                returns[at],
                clip=config.value_clip,
            )
            part.log("value_loss", value_losses)
            policy_losses = self.policy_losses(part, batch, advantages[at])
            part.backward(policy_losses + config.vf_coef * value_losses)
        return batch.log.means()

    def estimate(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Estimate advantages and returns from rewards, KL and values.

        Args:
            batch: The episodes, with log-probabilities and values.

        Returns:
            Whitened advantages, the targets of the critic, and which tokens contribute to
            the loss; each of shape ``(episodes, tokens)``.
        """
        config, values, is_action = self.config, batch.values, batch.is_action
        rewards = self.token_rewards(batch)
        if config.beta > 0:
            rewards = rewards - config.beta * self.token_kls(batch)
        if config.whiten_rewards:
            rewards = masked_whiten(rewards, is_action, shift_mean=False)
        is_bootstrapped = self.is_bootstrapped(batch.episodes).to(values.device)
        advantages = generalized_advantages(
            rewards,
            values,
            is_action,
            gamma=config.gamma,
            gae_lambda=config.gae_lambda,
            final_values=batch.final_values * is_bootstrapped,
        )
        returns = advantages + values
        loss_mask = is_action & ~(self.is_truncated(batch) & (config.length_cap == "mask"))
        explained = 1 - advantages[is_action].var() / returns[is_action].var().clamp(min=1e-8)
        batch.log.add("value_mean", values[is_action].mean().item())
        batch.log.add("explained_variance", explained.item())
        return masked_whiten(advantages, loss_mask), returns, loss_mask

    def token_rewards(self, batch: Batch) -> Tensor:
        """Return the reward of each token: of turns, of steps, or by the learned model.

        Args:
            batch: The episodes.

        Returns:
            Shape ``(episodes, tokens)``.
        """
        config, episodes, turns = self.config, batch.episodes, batch.turns
        form = MODEL_REWARDS.get(config.rewards)
        earned = batch.rewards if form is None else torch.zeros_like(batch.rewards)
        if config.length_cap == "penalty":
            earned = earned - config.cap_penalty * self._is_truncated_turn(batch)
        rewards = place_turn_rewards(earned, turns)
        if form is not None:
            steps = model_step_rewards(self._checked_prefix_scores(), episodes, form)
            return rewards + place_step_rewards(self.policy.decode, episodes, turns, steps)
        if config.rewards == "dense":
            steps = verifier_step_rewards(episodes)
            return rewards + place_step_rewards(self.policy.decode, episodes, turns, steps)
        return rewards

    def token_kls(self, batch: Batch) -> Tensor:
        """Estimate the KL to the reference of each token by k1, and log it by k3."""
        own, ref = batch.own_log_probs, batch.ref_log_probs
        kls = kl_estimates(own, ref, "k1")
        warn_of_negative_kl(kls.sum(dim=1))
        batch.log_kls(kl_estimates(own, ref, "k3"))
        return kls

    def is_truncated(self, batch: Batch) -> Tensor:
        """Return which tokens are in answers that a limit cut off, ``(episodes, tokens)``."""
        return batch.per_token(self._is_truncated_turn(batch))

    def is_bootstrapped(self, episodes: Sequence[Episode]) -> Tensor:
        """Return which episodes did not end by the environment's rules, bool, ``(episodes,)``."""
        counts_cap = self.config.length_cap == "bootstrap"
        lasts = [episode.turns[-1] for episode in episodes]
        return torch.tensor(
            [
                (last.truncated and not last.terminated)
                or (counts_cap and last.completion.stop in _CUT_OFF)
                for last in lasts
            ]
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the learner, with the weights of the critic."""
        state = {**super().state_dict(), "value_head": self.value_head.state_dict()}
        if self.critic is not self.policy:
            state["critic"] = self.critic.model.base_model.state_dict()
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        super().load_state_dict(state)
        self.value_head.load_state_dict(state["value_head"])
        if self.critic is not self.policy:
            self.critic.model.base_model.load_state_dict(state["critic"])

    def _is_truncated_turn(self, batch: Batch) -> Tensor:
        """Return which answers a limit cut off, bool, shape ``(episodes, turns)``."""
        is_truncated = torch.zeros_like(batch.has_turn)
        for row, episode in enumerate(batch.episodes):
            for index, turn in enumerate(episode.turns):
                is_truncated[row, index] = turn.completion.stop in _CUT_OFF
        return is_truncated

    def _checked_prefix_scores(self) -> PrefixScores:
        if self.prefix_scores is None:
            remedy = "Train one by `rethink train orm`, and give its folder."
            raise argument_error("reward_model", "given", self.config.reward_model, remedy)
        return self.prefix_scores


_CUT_OFF = (StopReason.LENGTH, StopReason.CONTEXT)
