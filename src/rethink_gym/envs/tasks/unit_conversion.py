"""Quantities to convert to other units."""

import math
from functools import cache
from typing import ClassVar, NamedTuple, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.units import unit_factor
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["UnitConversion"]


class Unit(NamedTuple):
    """A unit of measurement.

    Attributes:
        one: Name after the number 1.
        many: Name after other numbers.
        size: Size in the smallest unit of the same kind.
    """

    one: str
    many: str
    size: int


Question: TypeAlias = tuple[int, Unit, Unit]
"""The given number of millionths, its unit, and the unit to convert to."""

MILLION = 10**6
MAX_DECIMALS = 6


_LENGTHS = (
    ("millimetre", "millimetres"),
    ("centimetre", "centimetres"),
    ("metre", "metres"),
    ("kilometre", "kilometres"),
)
_MASSES = (
    ("milligram", "milligrams"),
    ("gram", "grams"),
    ("kilogram", "kilograms"),
    ("tonne", "tonnes"),
)
_VOLUMES = (("millilitre", "millilitres"), ("litre", "litres"))
_TIMES = (
    ("second", "seconds"),
    ("minute", "minutes"),
    ("hour", "hours"),
    ("day", "days"),
    ("week", "weeks"),
)
_AREAS = tuple((f"square {one}", f"square {many}") for one, many in _LENGTHS)
_SPEEDS = (
    ("kilometre per hour", "kilometres per hour"),
    ("metre per second", "metres per second"),
)
_IMPERIAL_LENGTHS = (("inch", "inches"), ("foot", "feet"), ("yard", "yards"), ("mile", "miles"))
_IMPERIAL_MASSES = (("ounce", "ounces"), ("pound", "pounds"))

_KINDS = {
    "length": (_LENGTHS,),
    "mass": (_MASSES,),
    "volume": (_VOLUMES,),
    "time": (_TIMES,),
    "area": (_AREAS,),
    "speed": (_SPEEDS,),
    "imperial": (_IMPERIAL_LENGTHS, _IMPERIAL_MASSES),
}
"""Names of the units of each kind; units of one group convert to one another."""


@cache
def _units(names: tuple[tuple[str, str], ...]) -> tuple[Unit, ...]:
    """Make units of one kind; their sizes are whole multiples of a common divisor."""
    known = [unit_factor(one) for one, _ in names]
    sizes = [factor for _, factor in filter(None, known)]
    scale = math.lcm(*(size.denominator for size in sizes))
    multiples = [int(size * scale) for size in sizes]
    common = math.gcd(*multiples)
    return tuple(
        Unit(one, many, multiple // common)
        for (one, many), multiple in zip(names, multiples, strict=True)
    )


class UnitConversion(GeneratedTask[Question]):
    """Quantities to convert exactly to another unit of the same kind.

    **Example.** ``Convert 3.5 kilometres to metres.`` Answer: ``3500 metres``.

    **Difficulty.** Easiest: ``kind="time", max_value=10, max_decimals=0``; harder with
    decimals, and with areas, speeds and units that are not metric.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct number, with the required unit or without a unit, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``UnitConversion-v0``, ``UnitConversionSelfCorrect-v0``.

    Args:
        kind: ``"length"``, ``"mass"``, ``"volume"``, ``"time"``, ``"area"``,
            ``"speed"``, ``"imperial"`` (lengths and masses), or ``"mixed"`` for all kinds
            with equal probability.
        max_value: Largest number to convert, at least 2.
        max_decimals: Maximum number of its decimal places, from 0 to 6.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``max_value`` is less than 2, or
            ``max_decimals`` is not from 0 to 6.
    """

    name: ClassVar = "unit_conversion"

    def __init__(self, *, kind: str = "mixed", max_value: int = 500, max_decimals: int = 1) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.max_value = check_count("max_value", max_value, 2)
        if check_count("max_decimals", max_decimals, 0) > MAX_DECIMALS:
            raise argument_error("max_decimals", f"at most {MAX_DECIMALS}", max_decimals)
        self.max_decimals = max_decimals
        self._kinds = tuple(_KINDS) if kind == "mixed" else (kind,)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "max_value": self.max_value,
            "max_decimals": self.max_decimals,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw a quantity that is a short decimal in both units."""
        units = _units(rng.choice(_KINDS[rng.choice(self._kinds)]))
        while True:
            first = rng.randint(0, len(units) - 1)
            second = rng.randint(0, len(units) - 1)
            scale: int = 10 ** rng.randint(0, self.max_decimals)
            value = rng.randint(1, self.max_value * scale) * (MILLION // scale)
            if 0 < abs(first - second) < 3:
                result, rest = divmod(value * units[first].size, units[second].size)
                if rest == 0 and MILLION // 1_000 <= result < MILLION * MILLION * 10:
                    return value, units[first], units[second]

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the quantity in the other unit."""
        value, given, wanted = question
        return f"Convert {_quantity_text(value, given)} to {wanted.many}.\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the quantity in the other unit, and the steps to it."""
        value, given, wanted = question
        result = value * given.size // wanted.size
        larger, smaller = (given, wanted) if given.size > wanted.size else (wanted, given)
        factor = larger.size * MILLION // smaller.size
        sign = "*" if larger is given else "/"
        gold = _quantity_text(result, wanted)
        steps = (
            f"1 {larger.one} = {_quantity_text(factor, smaller)}",
            f"{_number_text(value)}{sign}{_number_text(factor)}={_number_text(result)}",
            f"A: {gold}",
        )
        return gold, "\n".join(steps)

    def make_verifier(self) -> Verifier:
        """Build the verifier of quantities in a required unit."""
        return FormVerifier()


def _quantity_text(millionths: int, unit: Unit) -> str:
    return f"{_number_text(millionths)} {unit.one if millionths == MILLION else unit.many}"


def _number_text(millionths: int) -> str:
    whole, part = divmod(millionths, MILLION)
    return f"{whole}.{part:06d}".rstrip("0") if part else str(whole)
