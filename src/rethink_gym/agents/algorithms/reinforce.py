"""The REINFORCE family: multi-turn REINFORCE, and with other settings RLOO, GRPO and DAPO.

They differ in the baseline, in where the KL enters, and in how the losses of tokens are
aggregated: in settings only. With the defaults it is what Kumar et al. 2024 call multi-turn
RL: all attempts are trained together for the sum of their rewards, and only a small KL
holds the first one.

Chosen here: the KL in the loss is exact at every position, and its score-function term is
added, without a baseline, so that its gradient is that of the attempt's KL (``kl_place``).
Episodes may differ in their number of turns; a sample is compared with the samples that
have the same turn.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.batching.batch import Batch
from rethink_gym.agents.objectives.advantages import (
    discounted_returns,
    group_advantages,
    kl_to_go,
    leave_one_out_advantages,
    novelty_bonuses,
    overlong_penalties,
    repetition_penalties,
)
from rethink_gym.agents.objectives.losses import Aggregation, kl_estimates
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.config import check_fraction, check_positive
from rethink_gym.agents.training.on_policy import OnPolicy, OnPolicyConfig, warn_of_negative_kl
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count

__all__ = ["GRPO", "REINFORCE", "RLOO", "GRPOConfig", "REINFORCEConfig", "RLOOConfig"]


@dataclass(frozen=True, kw_only=True)
class REINFORCEConfig(OnPolicyConfig):
    """Settings of the REINFORCE family; see `OnPolicyConfig` for the others.

    DAPO is ``baseline="group", beta=0.0, clip_eps_high=0.28,
    loss_aggregation="token_mean", dynamic_sampling=True``, with ``overlong_tokens`` for
    long messages and several steps per update.

    Attributes:
        baseline: What is subtracted from the return of a sample: ``"none"``, the mean
            of the other samples of its problem (``"leave_one_out"``), or the mean of all
            of them (``"group"``).
        scale_group: Whether ``"group"`` also scales advantages to standard deviation 1.
        beta: Weight of the KL to the reference, the policy at the start.
        kl_place: ``"both"``: the exact KL of every position in the loss, and the KL of
            later positions in the advantage; with ``loss_aggregation="sequence_sum"``
            that is the gradient of the KL of the attempt. ``"loss"``: the first part
            only. ``"reward"``: the estimate k1, summed over each turn, is subtracted from
            its reward.
        turn_gamma: Discount per turn, in [0, 1]; 1 is the plain sum.
        dynamic_sampling: Whether to drop problems whose samples all earn the same, and
            to play others instead.
        max_rounds: Maximum number of rounds of such play; if they do not suffice, dropped
            problems fill the batch, which carry no signal.
        overlong_tokens: Number of tokens before ``max_new_tokens`` over which a penalty
            grows to 1; 0 for none.
        answer_bonus: Weight of a bonus for rare answers; 0 for none.
        answer_counts: Rare among all answers ever given to the problem (``"history"``),
            or among those of the other samples (``"batch"``).

    Raises:
        ArgumentError: If a value is out of its range, or there are too few samples for
            the baseline.
    """

    baseline: Literal["none", "leave_one_out", "group"] = "leave_one_out"
    scale_group: bool = True
    beta: float = 0.01
    kl_place: Literal["both", "loss", "reward"] = "both"
    turn_gamma: float = 1.0
    dynamic_sampling: bool = False
    max_rounds: int = 4
    overlong_tokens: int = 0
    answer_bonus: float = 0.0
    answer_counts: Literal["history", "batch"] = "history"

    def __post_init__(self) -> None:
        """Check the settings."""
        OnPolicyConfig.__post_init__(self)
        check_count("samples_per_problem", self.samples_per_problem, 1 + (self.baseline != "none"))
        check_count("max_rounds", self.max_rounds)
        check_count("overlong_tokens", self.overlong_tokens, 0)
        check_positive(self, "beta", "answer_bonus", or_zero=True)
        check_fraction(self, "turn_gamma")
        if self.overlong_tokens > self.max_new_tokens:
            raise argument_error(
                "overlong_tokens",
                f"at most max_new_tokens, {self.max_new_tokens}",
                self.overlong_tokens,
            )


class REINFORCE(OnPolicy[REINFORCEConfig]):
    """REINFORCE over all turns; see `Algorithm` for the arguments.

    Attributes:
        answer_counts: How often each answer was given so far, if there is a bonus for
            rare ones.

    References:
        Ahmadian et al., "Back to Basics", 2024, section 2.2 (arXiv:2402.14740);
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, equations 1 and 2 (arXiv:2409.12917); Yu et al., "DAPO", 2025
        (arXiv:2503.14476).
    """

    name: ClassVar = "reinforce"
    config_class: ClassVar = REINFORCEConfig
    default_episodes: ClassVar = 7_680

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: REINFORCEConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        self.answer_counts: Counter[str] = Counter()

    def collect(self) -> list[Episode]:
        """Play groups of samples; with dynamic sampling, until enough of them carry a signal.

        Dropped episodes count as played.
        """
        num_problems, size = self.config.problems_per_update, self.config.samples_per_problem
        if not self.config.dynamic_sampling:
            return self.play_groups(num_problems)
        groups: list[list[Episode]] = []
        flat: list[list[Episode]] = []
        for _ in range(self.config.max_rounds):
            played = self.play_groups(num_problems - len(groups))
            for start in range(0, len(played), size):
                group = played[start : start + size]
                (flat if _is_flat(group) else groups).append(group)
            if len(groups) == num_problems:
                break
        num_missing = num_problems - len(groups)
        for group in flat[num_missing:]:
            self.num_episodes += len(group)
            self.num_timesteps += sum(len(episode.turns) for episode in group)
        return [episode for group in groups + flat[:num_missing] for episode in group]

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Take the gradient steps of one batch of samples.

        Args:
            episodes: What `collect` returned.

        Returns:
            What the update reports, by name.
        """
        config = self.config
        batch = self.read(episodes, reference=config.beta > 0 and config.kl_place == "reward")
        rewards = self.turn_rewards(batch)
        advantages = batch.per_token(self.advantages(rewards, batch.has_turn))
        for part in self.steps(batch):
            part_advantages = advantages[part.index]
            losses = torch.zeros_like(part.log_probs)
            if config.beta > 0 and config.kl_place in ("both", "loss"):
                losses = config.beta * self.kl_to_reference(part)
            if config.beta > 0 and config.kl_place == "both":
                later_kls = kl_to_go(losses, part.rows, part.turns, turn_gamma=config.turn_gamma)
                part_advantages = part_advantages - later_kls
            part.backward(losses + self.policy_losses(part, batch, part_advantages))
        return batch.log.means()

    def turn_rewards(self, batch: Batch) -> Tensor:
        """Return the reward of each turn, with penalties, bonuses and the KL.

        Args:
            batch: The samples of each problem.

        Returns:
            Shape ``(episodes, turns)``; 0 where there is no turn.
        """
        rewards = batch.rewards + self.bonuses(batch)
        if self.config.beta > 0 and self.config.kl_place == "reward":
            rewards = rewards - self.config.beta * self.turn_kls(batch)
        return rewards

    def advantages(self, rewards: Tensor, has_turn: Tensor) -> Tensor:
        """Return the return-to-go of each turn, less the baseline.

        Args:
            rewards: Reward of each turn, shape ``(episodes, turns)``.
            has_turn: Which turns exist, bool, same shape.

        Returns:
            Same shape; 0 where there is no turn.
        """
        config = self.config
        groups = (-1, config.samples_per_problem, rewards.shape[1])
        returns = discounted_returns(rewards, config.turn_gamma).reshape(groups)
        mask = has_turn.reshape(groups)
        if config.baseline == "leave_one_out":
            returns = leave_one_out_advantages(returns, mask)
        elif config.baseline == "group":
            returns = group_advantages(returns, mask, scale=config.scale_group)
        return returns.flatten(0, 1)

    def bonuses(self, batch: Batch) -> Tensor:
        """Return the penalties and bonuses that the settings ask for.

        Args:
            batch: The samples of each problem.

        Returns:
            What is added to the reward of each turn, shape ``(episodes, turns)``.
        """
        config, has_turn = self.config, batch.has_turn
        total = torch.zeros_like(batch.rewards)
        num_turns = int(has_turn.sum())
        if config.overlong_tokens:
            lengths = batch.per_turn(batch.is_action.long())
            penalties = overlong_penalties(lengths, config.max_new_tokens, config.overlong_tokens)
            batch.log.add("overlong_penalty", penalties[has_turn].sum().item(), num_turns)
            total = total + penalties
        if config.answer_bonus:
            bonuses = self._answer_bonuses(batch)
            batch.log.add("answer_bonus", bonuses[has_turn].sum().item(), num_turns)
            total = total + config.answer_bonus * bonuses
        return total

    def turn_kls(self, batch: Batch) -> Tensor:
        """Estimate the KL to the reference of each turn by k1, and log it by k3.

        Args:
            batch: The samples, with the log-probabilities under the reference.

        Returns:
            Nats, shape ``(episodes, turns)``.
        """
        own, ref = batch.own_log_probs, batch.ref_log_probs
        kls = batch.per_turn(kl_estimates(own, ref, "k1"))
        warn_of_negative_kl(kls.sum(dim=1))
        batch.log_kls(kl_estimates(own, ref, "k3"))
        return kls

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the learner, with the counts of answers."""
        return {**super().state_dict(), "answer_counts": dict(self.answer_counts)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        super().load_state_dict(state)
        self.answer_counts = Counter(state["answer_counts"])

    def _answer_bonuses(self, batch: Batch) -> Tensor:
        """Return a number per turn that is the higher the rarer its answer is."""
        keys: list[list[str | None]] = [[None] * batch.rewards.shape[1] for _ in batch.episodes]
        for row, episode in enumerate(batch.episodes):
            for number, turn in enumerate(episode.turns):
                if turn.verdict is not None and turn.verdict.answer is not None:
                    keys[row][number] = f"{episode.problem_id} {number + 1} {turn.verdict.answer}"
        given = [key for own in keys for key in own if key]
        if self.config.answer_counts == "batch":
            ids = {key: index for index, key in enumerate(dict.fromkeys(given))}
            answers = torch.tensor([[ids[key] if key else -1 for key in own] for own in keys])
            groups = (-1, self.config.samples_per_problem, answers.shape[1])
            bonuses = repetition_penalties(answers.reshape(groups)).flatten(0, 1)
        else:
            self.answer_counts.update(given)
            counts = [[self.answer_counts[key] if key else 0 for key in own] for own in keys]
            bonuses = novelty_bonuses(torch.tensor(counts))
        return bonuses.to(batch.rewards.device)


@dataclass(frozen=True, kw_only=True)
class RLOOConfig(REINFORCEConfig):
    """REINFORCE leave-one-out (RLOO): the KL is in the reward of whole attempts.

    See `REINFORCEConfig` for the settings.

    From the paper: the baseline, the KL in the reward, the sum over tokens, β (its value
    for summaries) and 4 samples. Not from the paper: the number of problems and the
    learning rate with its schedule, which suit small models.
    """

    samples_per_problem: int = 4
    beta: float = 0.03
    kl_place: Literal["both", "loss", "reward"] = "reward"


class RLOO(REINFORCE):
    """REINFORCE leave-one-out; see `Algorithm` for the arguments.

    References:
        Ahmadian et al., "Back to Basics: Revisiting REINFORCE Style Optimization for
        Learning from Human Feedback in LLMs", 2024 (arXiv:2402.14740).
    """

    name: ClassVar = "rloo"
    config_class: ClassVar = RLOOConfig


@dataclass(frozen=True, kw_only=True)
class GRPOConfig(REINFORCEConfig):
    """Group-relative policy optimisation (GRPO): advantages are scaled within groups.

    See `REINFORCEConfig` for the settings.

    From the paper: the baseline and its scale, the mean over the tokens of a sequence, β
    and the clipping. Not from the paper: the KL, which is exact here and estimated by k3
    there, whose gradient is that of another divergence; the numbers of samples (64 there)
    and problems, and the learning rate with its schedule.
    """

    samples_per_problem: int = 8
    baseline: Literal["none", "leave_one_out", "group"] = "group"
    beta: float = 0.04
    loss_aggregation: Aggregation = "sequence_mean"


class GRPO(REINFORCE):
    """Group-relative policy optimisation; see `Algorithm` for the arguments.

    References:
        Shao et al., "DeepSeekMath: Pushing the Limits of Mathematical Reasoning in
        Open Language Models", 2024, section 4.1 (arXiv:2402.03300).
    """

    name: ClassVar = "grpo"
    config_class: ClassVar = GRPOConfig


def _is_flat(group: Sequence[Episode]) -> bool:
    """Whether all samples earned the same, turn by turn."""
    return len({tuple(turn.reward for turn in episode.turns) for episode in group}) == 1
