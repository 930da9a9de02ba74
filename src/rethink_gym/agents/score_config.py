"""The settings of SCoRe."""

from dataclasses import dataclass

from rethink_gym.agents.policy_gradient import PolicyGradientConfig
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["ScoreConfig"]


@dataclass(frozen=True, kw_only=True)
class ScoreConfig(PolicyGradientConfig):
    """The settings of SCoRe.

    α and β1 are the paper's. Not the paper's are β2 (0.1 there, for attempts of
    hundreds of tokens: the KL is summed over an attempt, and those of small models
    on small problems have a dozen) and the learning rate (5e-6 there, for a large
    model) with its schedule.

    The paper's ablations: ``multi_turn=False``, ``stage_one_share=0``, ``alpha=0`` and
    ``stage_two="star"``.

    Attributes:
        alpha: Weight of the bonus for an attempt that changes the result.
        beta1: Weight of the KL to the base model, on all attempts.
        beta2: Weight of the further KL that holds earlier attempts in Stage I.
        kl_target: Lets β2 adapt in Stage I, so that the attempts that it holds move by
            so many nats each; None keeps it fixed.
        stage_one_share: Share of the run's episodes that Stage I takes, in equal parts
            for each attempt after the first; the paper does not say.
        kl_bound: Ends a part of Stage I before its time, as soon as an attempt that it
            holds has moved by more than so many nats; None for no bound.
        stage_two: ``"reinforce"``, or ``"star"`` to imitate the right attempts instead.
        multi_turn: Whether to train on all attempts; without, only first attempts are
            played, and the whole run is Stage II.
        offline_samples: Of each problem's samples, how many get their first attempt
            from the base model; they teach the later attempts only.
        turn_discount: What an attempt's reward is worth to the one before. The
            paper has 0; anything above lets the first attempt earn by failing.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    alpha: float = 10.0
    beta1: float = 0.01
    beta2: float = 1.0
    kl_target: float | None = None
    stage_one_share: float = 0.75
    kl_bound: float | None = None
    stage_two: str = "reinforce"
    multi_turn: bool = True
    offline_samples: int = 0
    turn_discount: float = 0.0

    def __post_init__(self) -> None:
        PolicyGradientConfig.__post_init__(self)
        for name in ("alpha", "beta1", "beta2"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))
        for name in ("stage_one_share", "turn_discount"):
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
