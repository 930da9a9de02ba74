"""The training settings that all learners share."""

import difflib
import math
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, TypeGuard, get_args, get_origin, get_type_hints

from rethink_gym.agents.training.field_names import describe_other_name
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["Schedule", "TrainingConfig", "check_fraction", "check_positive"]

Schedule = Literal["constant", "linear"]
"""``"constant"``, or ``"linear"`` to fall to 0 at the end of the run."""


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Settings of the optimizer and of sampling; every learner's config derives from it.

    While a learner trains, it samples by these settings and not by those of the policy. A
    policy with other settings of its own is refused, see `Algorithm`.

    Attributes:
        learning_rate: Initial learning rate of AdamW.
        learning_rate_schedule: ``"constant"``, or ``"linear"`` to fall to 0 at the end.
        adam_epsilon: Term added to the denominator of AdamW.
        weight_decay: Weight decay of AdamW.
        max_grad_norm: Maximum norm of the gradient; a larger gradient is scaled down. None
            for no clipping.
        temperature: Softmax temperature of the sampled, and so of the trained, policy.
        max_new_tokens: Maximum number of tokens of one message.
        max_tokens_per_micro_batch: Maximum number of tokens computed at once. Bounds the
            memory of a step, not its result.

    Raises:
        ArgumentError: If there is no setting of a given name, or a value is out of its range.
    """

    learning_rate: float = 1e-4
    learning_rate_schedule: Schedule = "linear"
    adam_epsilon: float = 1e-8
    weight_decay: float = 0.0
    max_grad_norm: float | None = 1.0
    temperature: float = 1.0
    max_new_tokens: int = 96
    max_tokens_per_micro_batch: int = 2048

    def __new__(cls, **settings: Any) -> Self:
        """Refuse unknown settings with a near miss or our name for them."""
        known = [field.name for field in fields(cls)]
        for name in settings:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
                must_be = f"one of {', '.join(map(repr, known))}"
                remedy = ""
                if other := describe_other_name(name, known):
                    must_be, remedy = "one of its settings", f"{other[0].upper()}{other[1:]}"
                elif near:
                    must_be, remedy = "one of its settings", f"Did you mean {near[0]!r}?"
                raise argument_error(f"setting of {cls.__name__}", must_be, name, remedy)
        return object.__new__(cls)

    def __post_init__(self) -> None:
        """Check the shared settings, and all choices, flags and texts by their types."""
        for name, annotation in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(annotation) is Literal:
                check_choice(name, value, get_args(annotation))
            elif annotation is bool and not isinstance(value, bool):
                raise argument_error(name, "True or False", value)
            elif annotation in (str, str | None) and not isinstance(value, annotation):
                raise argument_error(name, "a text", value)
        for name in ("max_new_tokens", "max_tokens_per_micro_batch"):
            check_count(name, getattr(self, name))
        check_positive(self, "learning_rate", "adam_epsilon")
        check_positive(self, "weight_decay", "temperature", or_zero=True)
        if self.max_grad_norm is not None:
            check_positive(self, "max_grad_norm")


def check_positive(config: object, *names: str, or_zero: bool = False) -> None:
    """Check that settings are finite numbers above 0.

    Args:
        config: The settings.
        *names: Which of them to check.
        or_zero: Whether 0 is allowed, too.

    Raises:
        ArgumentError: If one is not.
    """
    for name in names:
        value = getattr(config, name)
        is_in_range = _is_number(value) and (value > 0 or (value == 0 and or_zero))
        if not is_in_range or not math.isfinite(value):
            must_be = "a number of at least 0" if or_zero else "a number above 0"
            raise argument_error(name, must_be, value)


def check_fraction(
    config: object, *names: str, above_zero: bool = False, below_one: bool = False
) -> None:
    """Check that settings are numbers in [0, 1].

    Args:
        config: The settings.
        *names: Which of them to check.
        above_zero: Whether 0 is not allowed.
        below_one: Whether 1 is not allowed.

    Raises:
        ArgumentError: If one is not.
    """
    for name in names:
        value = getattr(config, name)
        is_in_range = _is_number(value) and 0 <= value <= 1
        if not is_in_range or (value == 0 and above_zero) or (value == 1 and below_one):
            interval = f"{'[('[above_zero]}0, 1{'])'[below_one]}"
            raise argument_error(name, f"a number in {interval}", value)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
