"""Claims of the study of self-correction, decided by paired seeds.

The claims and their rules follow tables 1 to 4 and the figures of the paper, at this scale. A
claim is undecided if its interval allows both outcomes.
"""

from collections.abc import Mapping

from claims import NOT_REPRODUCED, REPRODUCED, UNDECIDED, Claim, differences, in_percent

__all__ = ["decide_claims"]

Numbers = Mapping[str, Mapping[int, Mapping[str, float]]]
"""Metrics by agent and seed."""

ABLATIONS = (
    "SCoRe, one turn",
    "SCoRe, no Stage I",
    "SCoRe, no shaping",
    "SCoRe, STaR in Stage II",
)


def decide_claims(numbers: Numbers) -> list[Claim]:
    """Decide the claims whose agents have two or more seeds.

    Args:
        numbers: Metrics in [-1, 1] by agent and seed; the base model has one seed.

    Returns:
        The claims, in order.
    """
    trained = {agent for agent, seeds in numbers.items() if len(seeds) > 1}
    claims = [_base_gets_worse(numbers)] if "base" in numbers else []
    if {"STaR, D", "Pair-SFT, D", "STaR, D+", "Pair-SFT, D+"} <= trained:
        claims.append(_imitation_copies(numbers))
    if "REINFORCE" in trained:
        claims.append(_plain_does_not_correct(numbers))
    if "SCoRe, Stage I alone" in trained:
        claims.append(_first_stage_holds(numbers))
    if {"SCoRe", "REINFORCE"} <= trained:
        claims.append(_score_corrects(numbers))
    if {"SCoRe", *ABLATIONS} <= trained:
        claims.append(_each_part_counts(numbers))
    return claims


def _base_gets_worse(numbers: Numbers) -> Claim:
    [base] = numbers["base"].values()
    return Claim(
        name="E1",
        text="the base's second attempt is worse than its first: Δ < 0",
        measured=f"Δ {100 * base['delta']:+.1f}",
        verdict=REPRODUCED if base["delta"] < 0 else NOT_REPRODUCED,
    )


def _imitation_copies(numbers: Numbers) -> Claim:
    [base] = numbers["base"].values()
    agents = ("STaR, D", "Pair-SFT, D", "STaR, D+", "Pair-SFT, D+")
    copies = {agent: differences(numbers[agent], numbers["base"], "copies") for agent in agents}
    deltas = {
        agent: max(abs(each["delta"]) for each in numbers[agent].values()) for agent in agents[2:]
    }
    holds = all(each.low > 0 for each in copies.values()) and max(deltas.values()) <= 0.01
    summary = ", ".join(f"{agent} {in_percent(each)}" for agent, each in copies.items())
    largest = ", ".join(f"{agent} {100 * each:.1f}" for agent, each in deltas.items())
    return Claim(
        name="E2",
        text="imitation copies: edit ratios below .05 grow over the base's in all four, and "
        "|Δ| ≤ 1 in every seed with D+",
        measured=f"base {100 * base['copies']:.1f}; {summary}; largest |Δ|: {largest}",
        verdict=REPRODUCED if holds else NOT_REPRODUCED,
    )


def _plain_does_not_correct(numbers: Numbers) -> Claim:
    gains = {
        name: differences(numbers["REINFORCE"], numbers["base"], name)
        for name in ("accuracy@t1", "accuracy@t2", "delta")
    }
    changed = max(each["changed"] for each in numbers["REINFORCE"].values())
    both_rise = gains["accuracy@t1"].low > 0 and gains["accuracy@t2"].low > 0
    holds = both_rise and gains["delta"].low <= 0 and changed < 0.1
    summary = ", ".join(f"{name} {in_percent(each)}" for name, each in gains.items())
    return Claim(
        name="E3",
        text="plain two-turn RL raises both accuracies, not Δ; fewer than 10 % of the second "
        "answers differ in every seed",
        measured=f"over base: {summary}; changed at most {100 * changed:.1f}",
        verdict=REPRODUCED if holds else NOT_REPRODUCED,
    )


def _first_stage_holds(numbers: Numbers) -> Claim:
    moved = differences(numbers["SCoRe, Stage I alone"], numbers["base"], "accuracy@t1")
    changed = differences(numbers["SCoRe, Stage I alone"], numbers["base"], "changed")
    holds = max(abs(moved.low), abs(moved.high)) <= 0.02 and changed.low >= 0
    fails = moved.low > 0.02 or moved.high < -0.02 or changed.high < 0
    verdict = REPRODUCED if holds else NOT_REPRODUCED if fails else UNDECIDED
    return Claim(
        name="E4",
        text="Stage I leaves first attempts as they are (t1 within 2 of the base's) and second "
        "answers as different",
        measured=f"t1 {in_percent(moved)}, changed {in_percent(changed)}",
        verdict=verdict,
    )


def _score_corrects(numbers: Numbers) -> Claim:
    gain = differences(numbers["SCoRe"], numbers["REINFORCE"], "delta")
    broken = max(each["c_to_i"] for each in numbers["SCoRe"].values())
    if gain.low > 0 and broken <= 0.03:
        verdict = REPRODUCED
    else:
        verdict = UNDECIDED if gain.low <= 0 < gain.high else NOT_REPRODUCED
    return Claim(
        name="E5",
        text="SCoRe's Δ is above that of plain RL; c→i at most 3 % in every seed",
        measured=f"Δ {in_percent(gain)}; c→i at most {100 * broken:.1f}",
        verdict=verdict,
    )


def _each_part_counts(numbers: Numbers) -> Claim:
    losses = {agent: differences(numbers["SCoRe"], numbers[agent], "delta") for agent in ABLATIONS}
    ahead = differences(numbers["SCoRe, one turn"], numbers["SCoRe"], "accuracy@t1")
    single = differences(numbers["SCoRe, one turn"], numbers["base"], "delta")
    holds = all(each.low > 0 for each in losses.values()) and ahead.low > 0 and single.high <= 0.01
    fails = any(each.high < 0 for each in losses.values()) or ahead.high < 0 or single.low > 0.01
    summary = ", ".join(f"{agent} {in_percent(each)}" for agent, each in losses.items())
    return Claim(
        name="E6",
        text="each ablation loses Δ against SCoRe; single-turn RL has the better t1 and no Δ",
        measured=f"SCoRe's Δ less that of {summary}; one turn: t1 over SCoRe's "
        f"{in_percent(ahead)}, Δ over the base's {in_percent(single)}",
        verdict=REPRODUCED if holds else NOT_REPRODUCED if fails else UNDECIDED,
    )
