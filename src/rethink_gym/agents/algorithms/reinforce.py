"""The REINFORCE family: plain multi-turn REINFORCE, and with other settings RLOO, GRPO, DAPO.

They differ in the baseline, in where the KL goes and in how the tokens' losses are
put together: in settings, and so in nothing else here. With `REINFORCEConfig` as it
is, it is what Kumar et al. 2024 call multi-turn RL: both attempts are trained together
for the sum of their rewards, and nothing keeps the first one as it was but a small KL.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from gymnasium.vector import VectorEnv
from torch import Tensor

from rethink_gym.agents.objectives.advantages import (
    discounted_returns,
    group_advantages,
    leave_one_out_advantages,
    novelty_bonuses,
    overlong_penalties,
    repetition_penalties,
)
from rethink_gym.agents.objectives.losses import kl_estimates
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.divergence import warn_of_negative_kl
from rethink_gym.agents.training.on_policy import OnPolicyConfig, PolicyGradient
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["GRPO", "REINFORCE", "RLOO", "GRPOConfig", "REINFORCEConfig", "RLOOConfig"]
BASELINES = ("none", "leave_one_out", "group")
KL_PLACES = ("loss", "reward")
ANSWER_COUNTS = ("history", "batch")


@dataclass(frozen=True, kw_only=True)
class REINFORCEConfig(OnPolicyConfig):
    """The settings of the REINFORCE family; see `OnPolicyConfig` for the others.

    DAPO is ``baseline="group", beta=0.0, clip_eps_high=0.28,
    loss_aggregation="token_mean", dynamic_sampling=True``, ``overlong_tokens`` as the
    messages are long, and several steps per update.

    Attributes:
        baseline: What is subtracted from the return of a sample: ``"none"``, the mean
            of the other samples of its problem (``"leave_one_out"``), or that of all
            of them (``"group"``).
        scale_group: Whether advantages over the group are scaled to deviation 1.
        beta: Weight of the KL to the policy at the start.
        kl_place: ``"loss"``: its exact gradient, at every token. ``"reward"``: the
            estimate k1, summed over each attempt, is taken off its reward.
        turn_gamma: What a reward is worth one turn earlier; 1 is the plain sum.
        dynamic_sampling: Whether to drop problems whose samples all earn the same, and
            to play others instead.
        max_rounds: How often to play others; if they do not suffice, some of the
            dropped ones fill the batch, which teach nothing.
        overlong_tokens: How many tokens before ``max_new_tokens`` a penalty begins that
            grows to 1; 0 for none.
        answer_bonus: Weight of a bonus for answers that are rare; 0 for none.
        answer_counts: Rare among all answers that were ever given to the problem
            (``"history"``), or among those of the other samples (``"batch"``).

    Raises:
        ArgumentError: If a value is out of its range, or there are too few samples for
            the baseline.
    """

    baseline: str = "leave_one_out"
    scale_group: bool = True
    beta: float = 0.01
    kl_place: str = "loss"
    turn_gamma: float = 1.0
    dynamic_sampling: bool = False
    max_rounds: int = 4
    overlong_tokens: int = 0
    answer_bonus: float = 0.0
    answer_counts: str = "history"

    def __post_init__(self) -> None:
        OnPolicyConfig.__post_init__(self)
        check_choice("baseline", self.baseline, BASELINES)
        check_choice("kl_place", self.kl_place, KL_PLACES)
        check_choice("answer_counts", self.answer_counts, ANSWER_COUNTS)
        check_count("samples_per_problem", self.samples_per_problem, 1 + (self.baseline != "none"))
        check_count("max_rounds", self.max_rounds)
        check_count("overlong_tokens", self.overlong_tokens, 0)
        for name in ("beta", "answer_bonus"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))
        if not 0 <= self.turn_gamma <= 1:
            raise argument_error("turn_gamma", "in [0, 1]", self.turn_gamma)
        if self.overlong_tokens > self.max_new_tokens:
            raise argument_error(
                "overlong_tokens",
                f"at most max_new_tokens, {self.max_new_tokens}",
                self.overlong_tokens,
            )


class REINFORCE(PolicyGradient[REINFORCEConfig]):
    """REINFORCE over all turns; see `OnPolicy` for the arguments.

    Attributes:
        answer_counts: How often each answer was given so far, where there is a bonus
            for rare ones.

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
        """Play groups of samples; with dynamic sampling, until enough of them teach something.

        Episodes that are dropped count as played.
        """
        if not self.config.dynamic_sampling:
            return super().collect()
        num_problems, size = self.config.problems_per_update, self.config.samples_per_problem
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

    def turn_rewards(
        self, episodes: Sequence[Episode], turns: Tensor
    ) -> tuple[Tensor, dict[str, float]]:
        """Return what each turn earned, penalties and bonuses included."""
        rewards, numbers = super().turn_rewards(episodes, turns)
        lengths = torch.stack([(turns == turn).sum(1) for turn in range(rewards.shape[-1])], -1)
        if self.config.overlong_tokens:
            penalties = overlong_penalties(
                lengths, self.config.max_new_tokens, self.config.overlong_tokens
            )
            rewards = rewards + penalties.reshape(rewards.shape).to(rewards.device)
            numbers["overlong_penalty"] = penalties.mean().item()
        if self.config.answer_bonus:
            bonuses = self._answer_bonuses(episodes, rewards.shape)
            rewards = rewards + self.config.answer_bonus * bonuses
            numbers["answer_bonus"] = bonuses.mean().item()
        if self.config.beta and self.config.kl_place == "reward":
            log_probs = _log_probs_at_sampling(episodes, turns)
            held_to = self.log_probs(self.reference, episodes, turns)
            kls = _per_turn(kl_estimates(log_probs, held_to, "k1"), turns, rewards.shape[-1])
            warn_of_negative_kl(kls.sum(dim=1))
            rewards = rewards - self.config.beta * kls.reshape(rewards.shape).to(rewards.device)
            reported = _per_turn(kl_estimates(log_probs, held_to, "k3"), turns, rewards.shape[-1])
            numbers |= {f"kl_t{turn}": kl for turn, kl in enumerate(reported.mean(0).tolist(), 1)}
            numbers["kl_per_token"] = reported.sum().item() / max(int((turns >= 0).sum()), 1)
        return rewards, numbers

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return each turn's return-to-go, less the baseline."""
        returns = discounted_returns(rewards, self.config.turn_gamma)
        if self.config.baseline == "leave_one_out":
            return leave_one_out_advantages(returns)
        if self.config.baseline == "group":
            return group_advantages(returns, scale=self.config.scale_group)
        return returns

    def kl_weights(self, num_turns: int) -> Tensor:
        """Hold all turns alike, unless the KL is in the reward."""
        in_loss = self.config.kl_place == "loss"
        return torch.full((num_turns,), self.config.beta if in_loss else 0.0)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the learner, the counts of answers included."""
        return {**super().state_dict(), "answer_counts": dict(self.answer_counts)}

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        super().load_state_dict(tensors)
        self.answer_counts = Counter(tensors["answer_counts"])

    def _answer_bonuses(self, episodes: Sequence[Episode], shape: torch.Size) -> Tensor:
        """Return a number per turn that is the higher the rarer its answer is."""
        keys = [
            f"{episode.problem_id} {number} {turn.verdict.answer}"
            if turn.verdict is not None and turn.verdict.answer is not None
            else None
            for episode in episodes
            for number, turn in enumerate(episode.turns, 1)
        ]
        if self.config.answer_counts == "batch":
            known = {key: index for index, key in enumerate(dict.fromkeys(keys)) if key}
            answers = torch.tensor([known.get(key, -1) if key else -1 for key in keys])
            return repetition_penalties(answers.reshape(shape))
        self.answer_counts.update(key for key in keys if key)
        counts = torch.tensor([self.answer_counts[key] if key else 0 for key in keys])
        return novelty_bonuses(counts.reshape(shape))


def _is_flat(group: Sequence[Episode]) -> bool:
    """Whether all samples earned the same, turn by turn."""
    return len({tuple(turn.reward for turn in episode.turns) for episode in group}) == 1


def _log_probs_at_sampling(episodes: Sequence[Episode], turns: Tensor) -> Tensor:
    """Return the log-probabilities that the tokens were drawn with, as ``turns`` has them."""
    found = torch.zeros(turns.shape)
    for row, episode in enumerate(episodes):
        present = set(turns[row].tolist())
        log_probs = [
            log_prob
            for index, turn in enumerate(episode.turns)
            if index in present
            for log_prob in turn.completion.log_probs
        ]
        found[row, : len(log_probs)] = torch.tensor(log_probs)
    return found.to(turns.device)


def _per_turn(numbers: Tensor, turns: Tensor, num_turns: int) -> Tensor:
    """Sum numbers of tokens over each turn; returns shape ``(episodes, turns)``."""
    sums = numbers.new_zeros((len(numbers), num_turns + 1))
    return sums.scatter_add_(1, turns % (num_turns + 1), numbers)[:, :num_turns]


@dataclass(frozen=True, kw_only=True)
class RLOOConfig(REINFORCEConfig):
    """REINFORCE leave-one-out: the KL goes into the reward of whole attempts.

    The paper's are the baseline, the place of the KL and the sum over tokens, β (its
    value for summaries) and 4 samples. Not the paper's are the number of problems and
    the learning rate with its schedule, which suit small models.
    """

    samples_per_problem: int = 4
    beta: float = 0.03
    kl_place: str = "reward"


class RLOO(REINFORCE):
    """REINFORCE leave-one-out.

    References:
        Ahmadian et al., "Back to Basics: Revisiting REINFORCE Style Optimization for
        Learning from Human Feedback in LLMs", 2024 (arXiv:2402.14740).
    """

    name: ClassVar = "rloo"
    config_class: ClassVar = RLOOConfig


@dataclass(frozen=True, kw_only=True)
class GRPOConfig(REINFORCEConfig):
    """Group-relative policy optimisation: advantages scaled within groups.

    The paper's are the baseline and its scale, the mean over the tokens of a sequence,
    β and the clipping. Not the paper's are the KL, exact here and by the estimate k3
    there, whose gradient is that of another divergence; the numbers of samples (64
    there) and problems, and the learning rate with its schedule.
    """

    samples_per_problem: int = 8
    baseline: str = "group"
    beta: float = 0.04
    loss_aggregation: str = "sequence_mean"


class GRPO(REINFORCE):
    """Group-relative policy optimisation.

    References:
        Shao et al., "DeepSeekMath: Pushing the Limits of Mathematical Reasoning in
        Open Language Models", 2024, section 4.1 (arXiv:2402.03300).
    """

    name: ClassVar = "grpo"
    config_class: ClassVar = GRPOConfig
