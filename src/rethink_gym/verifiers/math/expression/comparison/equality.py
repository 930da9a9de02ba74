"""What counts as the same answer; a light module, since every `MathVerifier` loads it."""

from dataclasses import asdict, dataclass
from typing import Any

from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["MULTIPLE", "PERCENT", "UNITS", "Equality"]

UNITS = ("optional", "required", "ignored")
PERCENT = ("either", "value")
MULTIPLE = ("all", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """What counts as the same answer; the attributes are options of `MathVerifier`.

    Raises:
        ArgumentError: If ``precision`` is below 1, ``ordered`` is not a bool, or another
            attribute is not one of its choices.
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
        """Return the options as plain JSON data."""
        return asdict(self)
