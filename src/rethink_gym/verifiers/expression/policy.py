"""What counts as the same answer: the choices that a data set may want otherwise."""

from dataclasses import asdict, dataclass
from typing import Any

from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["MULTIPLE", "PERCENT", "UNITS", "Policy"]

UNITS = ("optional", "required", "ignored")
PERCENT = ("either", "value")
MULTIPLE = ("all", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as the same answer.

    Attributes:
        precision: Significant digits from which a rounded decimal will do for a value
            that never ends.
        units: ``"optional"``: a unit that one side leaves out does not matter, one
            that contradicts does. ``"required"``: a unit that one side has must stand
            on the other too. ``"ignored"``: only the figures are compared.
        percent: ``"either"``: 25% is 0.25 and also 25. ``"value"``: it is 0.25 alone.
        multiple: ``"all"``: all of several right answers are needed. ``"any"``: one
            or more of them will do, and nothing else.
        ordered: Whether lists without brackets and sets must stand in order; tuples
            always must.

    Raises:
        ArgumentError: If an attribute is none of its choices.
    """

    precision: int = 6
    units: str = "optional"
    percent: str = "either"
    multiple: str = "all"
    ordered: bool = False

    def __post_init__(self) -> None:
        check_count("precision", self.precision)
        check_choice("units", self.units, UNITS)
        check_choice("percent", self.percent, PERCENT)
        check_choice("multiple", self.multiple, MULTIPLE)
        if not isinstance(self.ordered, bool):
            raise argument_error("ordered", "True or False", self.ordered)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as plain JSON data."""
        return asdict(self)
