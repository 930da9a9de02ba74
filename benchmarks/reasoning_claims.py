"""Claims A1 to A8 of the study of reasoning, decided by paired seeds.

Equality needs two one-sided tests; a difference that is not significant is not enough. A claim
is undecided if its interval allows both outcomes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from claims import NOT_REPRODUCED, REPRODUCED, UNDECIDED, Claim, differences, in_percent
from rethink_gym.metrics import Interval, equivalence_test, t_interval

__all__ = ["decide_claims"]

Numbers = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""Figures by row and seed."""

PPOS = ("ppo_sparse", "ppo_dense", "ppo_orm")


def decide_claims(numbers: Numbers) -> list[Claim]:
    """Decide the claims whose rows have two or more seeds.

    Args:
        numbers: Figures by row and seed.

    Returns:
        The claims in order.
    """
    claims = []
    for decide in _RULES:
        try:
            claims.append(decide(numbers))
        except (KeyError, ValueError):  # not all of its rows are finished
            continue
    return claims


def _shared_seeds(rows: Iterable[Mapping[int, Any]]) -> list[int]:
    """Return the seeds that all rows have."""
    return sorted(set.intersection(*map(set, rows)))


def _all_end_close(numbers: Numbers) -> Claim:
    ei, ppo, sft = (
        numbers[row] for row in ("ei-sft-large", "ppo_sparse-sft-large", "sft1-large-measured")
    )
    apart = [ei[seed]["maj@1"] - ppo[seed]["maj@1"] for seed in ei]
    close = equivalence_test(apart, margin=0.05)
    gains = {"EI": differences(ei, sft, "maj@1"), "PPO": differences(ppo, sft, "maj@1")}
    rcrl = differences(ei, numbers["rcrl-sft-large"], "maj@1")
    holds = close.is_equivalent and all(each.low >= 0.03 for each in gains.values())
    fails = _beyond(apart, 0.05) or any(each.high < 0.03 for each in gains.values())
    summary = ", ".join(f"{name} over SFT {in_percent(each)}" for name, each in gains.items())
    return Claim(
        name="A1",
        text="EI and PPO end within 5 points of maj@1, both 3 or more above SFT (from SFT)",
        measured=f"EI - PPO {in_percent(t_interval(apart))}, equivalent with p = "
        f"{close.p_value:.3f}; {summary}; EI - RCRL {in_percent(rcrl)}",
        verdict=_verdict(holds, fails),
    )


def _as_many_samples(numbers: Numbers) -> Claim:
    summary, ratios = [], []
    for start in ("pretrained", "sft"):
        rows = {method: numbers[f"{method}-{start}-large"] for method in ("ei", "ppo_sparse")}
        needed = {
            method: [_needed(runs[seed]["curve"]) for seed in _shared_seeds(rows.values())]
            for method, runs in rows.items()
        }
        ratios += [a / b for a, b in zip(*needed.values(), strict=True)]
        summary.append(
            f"from {start}: EI {np.mean(needed['ei']):,.0f}, "
            f"PPO {np.mean(needed['ppo_sparse']):,.0f}"
        )
    return Claim(
        name="A2",
        text="EI and PPO need rollouts of one order of magnitude to 95 % of their own final maj@1",
        measured=f"{'; '.join(summary)} rollouts; ratio of single seeds {min(ratios):.2f} to "
        f"{max(ratios):.2f}; a method was looked at every 512 (PPO) or 1,024 (EI) rollouts",
        verdict=_verdict(max(ratios) < 10 and min(ratios) > 0.1, True),
    )


def _richer_rewards_do_not_help(numbers: Numbers) -> Claim:
    summary, equal, apart = [], [], []
    for start in ("pretrained", "sft"):
        sparse = numbers[f"ppo_sparse-{start}-large"]
        for method in PPOS[1:]:
            other = numbers[f"{method}-{start}-large"]
            changes = [other[seed]["maj@1"] - sparse[seed]["maj@1"] for seed in other]
            equal.append(equivalence_test(changes, margin=0.03).is_equivalent)
            apart.append(_beyond(changes, 0.03))
            summary.append(f"{method} from {start} {in_percent(t_interval(changes))}")
    return Claim(
        name="A3",
        text="dense and learned rewards end within 3 points of the sparse one's maj@1",
        measured=f"less the sparse one's: {'; '.join(summary)}",
        verdict=_verdict(all(equal), any(apart)),
    )


def _gap_shrinks(numbers: Numbers) -> Claim:
    summary, enough, shrinkage = [], [], {}
    for size in ("small", "large"):
        at_start = _gaps(numbers[f"sft1-{size}-measured"], numbers[f"pretrained-{size}-measured"])
        for method in ("ei", "ppo_sparse"):
            at_end = _gaps(numbers[f"{method}-sft-{size}"], numbers[f"{method}-pretrained-{size}"])
            after = list(at_end.values())
            before = [at_start[seed] for seed in at_end]
            smaller = sum(a < b for a, b in zip(after, before, strict=True))
            enough.append(smaller >= len(before) - len(before) // 5)
            shrinkage[size, method] = [
                1 - a / b for a, b in zip(after, before, strict=True) if b > 0
            ]
            summary.append(
                f"{size}, {method}: {100 * np.mean(before):.1f} → {100 * np.mean(after):.1f}, "
                f"smaller in {smaller} of {len(before)}"
            )
    more = [
        np.mean(shrinkage["large", method]) > np.mean(shrinkage["small", method])
        for method in ("ei", "ppo_sparse")
    ]
    return Claim(
        name="A4",
        text="RL shrinks the gap in maj@1 between the starts, in 4 of 5 seeds, and by a larger "
        "fraction for the larger model",
        measured="; ".join(summary),
        verdict=_verdict(all(enough) and all(more), True),
    )


def _more_tuning_narrows(numbers: Numbers) -> Claim:
    rows = ("sft1-large-measured", "sft2-large", "sft4-large")
    passes = np.log2([1, 2, 4])
    slopes = {
        name: t_interval(
            [
                float(np.polyfit(passes, [numbers[row][seed][name] for row in rows], 1)[0])
                for seed in _shared_seeds(numbers[row] for row in rows)
            ]
        )
        for name in ("maj@1", "pass@16")
    }
    gains = {
        f"{method} {name}": differences(numbers[f"{method}-sft-large"], numbers[rows[0]], name)
        for method in ("ei", "ppo_sparse")
        for name in ("maj@1", "pass@16")
    }
    holds = (
        slopes["maj@1"].low > 0
        and slopes["pass@16"].high < 0
        and all(each.low > 0 for each in gains.values())
    )
    fails = (
        slopes["maj@1"].high < 0
        or slopes["pass@16"].low > 0
        or any(each.high < 0 for each in gains.values())
    )
    slopes_summary = ", ".join(f"{name} {in_percent(each)}" for name, each in slopes.items())
    gains_summary = ", ".join(f"{name} {in_percent(each)}" for name, each in gains.items())
    return Claim(
        name="A5",
        text="more passes of SFT raise maj@1 and lower pass@16; RL raises both",
        measured=f"by doubling of the passes: {slopes_summary}; over SFT-light: {gains_summary}",
        verdict=_verdict(holds, fails),
    )


def _reach_saturates(numbers: Numbers) -> Claim:
    summary, early, beyond = [], [], []
    for method in ("ei", "ppo_sparse"):
        for start in ("pretrained", "sft"):
            runs = numbers[f"{method}-{start}-large"]
            fraction = t_interval(
                [each["early"]["pass@16"] / each["pass@16"] for each in runs.values()]
            )
            over = differences(runs, numbers["sft1-large-measured"], "pass@16")
            early.append(fraction)
            beyond.append(over)
            summary.append(
                f"{method} from {start}: {100 * fraction.estimate:.0f} % of the last one, which is "
                f"{in_percent(over)} over SFT-light's"
            )
    holds = all(each.low >= 0.95 for each in early) and all(each.high <= 0.02 for each in beyond)
    fails = any(each.high < 0.95 for each in early) or any(each.low > 0.02 for each in beyond)
    return Claim(
        name="A6",
        text="after a fifth of the run pass@16 is 95 % of its last value, which is at most 2 "
        "points above SFT-light's",
        measured="; ".join(summary),
        verdict=_verdict(holds, fails),
    )


def _labels_hardly_count(numbers: Numbers) -> Claim:
    summary, between, labels = [], [], []
    for start, row in (("pretrained", "pretrained-large"), ("sft", "sft1-large")):
        runs = numbers[f"rcrl-{start}-large"]
        over_start = differences(runs, numbers[f"{row}-measured"], "maj@1")
        below_ei = differences(numbers[f"ei-{start}-large"], runs, "maj@1")
        apart = t_interval([each["maj@1"] - each["maj@1, bad label"] for each in runs.values()])
        between.append((over_start, below_ei))
        labels.append(apart)
        summary.append(
            f"from {start}: over the start {in_percent(over_start)}, EI over it "
            f"{in_percent(below_ei)}, good over bad label {in_percent(apart)}"
        )
    holds = all(a.low >= 0 and b.low > 0 for a, b in between) and all(
        each.high <= 0.05 for each in labels
    )
    fails = any(a.high < 0 or b.high < 0 for a, b in between) or any(
        each.low > 0.05 for each in labels
    )
    return Claim(
        name="A7",
        text="RCRL is at least its start and below EI; the good label gains less than 5 points "
        "over the bad one",
        measured="; ".join(summary),
        verdict=_verdict(holds, fails),
    )


def _larger_is_more_diverse(numbers: Numbers) -> Claim:
    summary, matched = [], []
    for method in ("ei", "ppo_sparse"):
        for start in ("pretrained", "sft"):
            large, small = numbers[f"{method}-{start}-large"], numbers[f"{method}-{start}-small"]
            gaps = [_matched_gap(large[seed], small[seed]) for seed in large if seed in small]
            gap = t_interval(gaps)
            matched.append(gap)
            summary.append(
                f"{method} from {start} {gap.estimate:+.2f} [{gap.low:+.2f}, {gap.high:+.2f}]"
            )
    return Claim(
        name="A8",
        text="at equal numbers of correct samples of a problem, the larger model writes more "
        "distinct correct answers",
        measured=f"more distinct ones by problem: {'; '.join(summary)}",
        verdict=_verdict(
            all(each.low > 0 for each in matched), any(each.high < 0 for each in matched)
        ),
    )


_RULES = (
    _all_end_close,
    _as_many_samples,
    _richer_rewards_do_not_help,
    _gap_shrinks,
    _more_tuning_narrows,
    _reach_saturates,
    _labels_hardly_count,
    _larger_is_more_diverse,
)


def _verdict(holds: bool, fails: bool) -> str:
    return REPRODUCED if holds else NOT_REPRODUCED if fails else UNDECIDED


def _beyond(changes: Sequence[float], margin: float) -> bool:
    """Return whether a mean is known to be beyond a margin, on either side."""
    interval: Interval = t_interval(changes)
    return interval.low > margin or interval.high < -margin


def _needed(curve: Sequence[tuple[int, float]]) -> int:
    """Return the number of rollouts after which 95 % of the last accuracy was reached."""
    return next(played for played, accuracy in curve if accuracy >= 0.95 * curve[-1][1])


def _gaps(
    tuned: Mapping[int, Mapping[str, Any]], pretrained: Mapping[int, Mapping[str, Any]]
) -> dict[int, float]:
    """Return the difference in maj@1 between the tuned and the pretrained start, by seed."""
    return {
        seed: tuned[seed]["maj@1"] - pretrained[seed]["maj@1"]
        for seed in tuned
        if seed in pretrained
    }


def _matched_gap(large: Mapping[str, Any], small: Mapping[str, Any]) -> float:
    """Compare distinct correct answers at equal numbers of correct samples.

    Problems are grouped by the number of correct samples. The weight of a group is the number
    of its problems under the model that has fewer.
    """
    weights, gaps = [], []
    for count in range(2, 17):
        own, other = (
            [
                d
                for num_correct, d in zip(each["right"], each["distinct_right"], strict=True)
                if num_correct == count
            ]
            for each in (large, small)
        )
        if own and other:
            weights.append(min(len(own), len(other)))
            gaps.append(float(np.mean(own) - np.mean(other)))
    return float(np.average(gaps, weights=weights)) if gaps else 0.0
