"""Claims of a paper and their outcome: reproduced, not reproduced, undecided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from rethink_gym.metrics import Interval, t_interval

__all__ = [
    "NOT_REPRODUCED",
    "REPRODUCED",
    "UNDECIDED",
    "Claim",
    "claims_table",
    "differences",
    "in_percent",
    "plain",
]

REPRODUCED, NOT_REPRODUCED, UNDECIDED = "reproduced", "not reproduced", "undecided"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim of a paper and its outcome.

    Attributes:
        name: Name of the claim, such as ``"E5"``.
        text: The claim, with the rule that decides its outcome.
        measured: The measured figures.
        verdict: `REPRODUCED`, `NOT_REPRODUCED` or `UNDECIDED`.
    """

    name: str
    text: str
    measured: str
    verdict: str


def differences(
    first: Mapping[int, Mapping[str, float]], second: Mapping[int, Mapping[str, float]], name: str
) -> Interval:
    """Return *first minus second* in one metric, paired by seed, with its 95 % t-interval.

    Args:
        first: Metrics of one agent by seed.
        second: Metrics of the other agent by seed. A single seed is paired with all seeds.
        name: Name of the metric.

    Returns:
        Mean difference over the seeds that both agents have.
    """
    values: Sequence[float]
    if len(second) == 1:
        [only] = second.values()
        values = [each[name] - only[name] for each in first.values()]
    else:
        values = [first[seed][name] - second[seed][name] for seed in first if seed in second]
    return t_interval(values)


def in_percent(interval: Interval) -> str:
    """Format an interval of fractions in percent, with signs."""
    low, high = 100 * interval.low, 100 * interval.high
    return f"{100 * interval.estimate:+.1f} [{low:+.1f}, {high:+.1f}]"


def claims_table(claims: Sequence[Claim]) -> Table:
    """Build the table of claims."""
    table = Table("claim", "text", "measured", "outcome", title="the paper's claims")
    for claim in claims:
        table.add_row(claim.name, claim.text, claim.measured, claim.verdict)
    return table


def plain(summary: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the intervals of a summary, by row and metric, as plain JSON data."""
    return {
        row: {name: interval.to_dict() for name, interval in intervals.items()}
        for row, intervals in summary.items()
    }
