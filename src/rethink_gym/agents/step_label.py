"""How good the steps of solutions are, and which of them are learned."""

from collections.abc import Sequence

import numpy as np

from rethink_gym.agents.demonstration import normal_text
from rethink_gym.errors import argument_error

__all__ = ["balanced_mask", "monte_carlo_values"]


def monte_carlo_values(
    solutions: Sequence[Sequence[str]], returns: Sequence[float]
) -> list[list[float]]:
    """Estimate what can be expected after each step of some solutions of one question.

    The value after a step is the mean return of all solutions that begin with the same
    steps, blanks aside. All reward comes at the end, so that each of them is a return
    to go from there.

    Args:
        solutions: The steps of each solution.
        returns: What each solution earned, as many.

    Returns:
        For each solution one value per step.

    Raises:
        ArgumentError: If there are not as many returns as solutions.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024 (arXiv:2403.04642); Monte-Carlo labels as in Uesato et al.,
        "Solving Math Word Problems with Process- and Outcome-Based Feedback", 2022
        (arXiv:2211.14275).
    """
    if len(solutions) != len(returns):
        raise argument_error("returns", f"of length {len(solutions)}", len(returns))
    prefixes = [
        [tuple(map(normal_text, steps[:end])) for end in range(1, len(steps) + 1)]
        for steps in solutions
    ]
    earned: dict[tuple[str, ...], list[float]] = {}
    for own, value in zip(prefixes, returns, strict=True):
        for prefix in own:
            earned.setdefault(prefix, []).append(value)
    return [[float(np.mean(earned[prefix])) for prefix in own] for own in prefixes]


def balanced_mask(
    is_good: Sequence[bool], good_share: float, random: np.random.Generator
) -> list[bool]:
    """Choose as many steps as possible such that a given share of them is good.

    Args:
        is_good: Of each step, whether it is labelled good.
        good_share: The share to reach, in (0, 1).
        random: Decides which of the too many are left out.

    Returns:
        Of each step, whether it is chosen; all of them if all have one label.

    Raises:
        ArgumentError: If ``good_share`` is not in (0, 1).
    """
    if not 0 < good_share < 1:
        raise argument_error("good_share", "in (0, 1)", good_share)
    good = [place for place, each in enumerate(is_good) if each]
    bad = [place for place, each in enumerate(is_good) if not each]
    if not good or not bad:
        return [True] * len(is_good)
    num_good = min(len(good), int(len(bad) * good_share / (1 - good_share)))
    num_bad = min(len(bad), int(len(good) * (1 - good_share) / good_share))
    chosen = {*random.permutation(good)[:num_good].tolist()}
    chosen |= {*random.permutation(bad)[:num_bad].tolist()}
    return [place in chosen for place in range(len(is_good))]
