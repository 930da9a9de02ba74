"""The settings of PPO."""

from dataclasses import dataclass

from rethink_gym.agents.on_policy_config import OnPolicyConfig
from rethink_gym.errors import argument_error, check_choice

__all__ = ["PpoConfig"]

REWARDS = ("sparse", "dense", "orm_sparse", "orm_potential", "orm_dense")
LENGTH_CAPS = ("end", "bootstrap", "penalty", "mask")


@dataclass(frozen=True, kw_only=True)
class PpoConfig(OnPolicyConfig):
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
        discount: What a reward is worth one token earlier.
        decay: Lambda of the generalized advantage estimates.
        length_cap: What an answer is that the limit on tokens cut off. ``"end"``: the end
            of its turn, as any other. ``"bootstrap"``: no end; if the episode is over
            with it, the critic says what was to come. ``"penalty"``: an end that costs
            `cap_penalty`. ``"mask"``: nothing to learn from. An episode that the
            environment truncates is always bootstrapped.
        cap_penalty: What is taken off the reward of such an answer.
        value_weight: Of the critic's loss beside the policy's.
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
    discount: float = 1.0
    decay: float = 0.95
    length_cap: str = "end"
    cap_penalty: float = 1.0
    value_weight: float = 0.1
    value_clip: float = 0.2
    is_critic_separate: bool = False
    whiten_rewards: bool = False

    def __post_init__(self) -> None:
        OnPolicyConfig.__post_init__(self)
        check_choice("rewards", self.rewards, REWARDS)
        check_choice("length_cap", self.length_cap, LENGTH_CAPS)
        for name in ("beta", "cap_penalty", "value_weight"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))
        if not self.value_clip > 0:
            raise argument_error("value_clip", "a number above 0", self.value_clip)
        for name in ("discount", "decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise argument_error(name, "in [0, 1]", getattr(self, name))
