"""How many of all right solutions samples find, on tasks whose solutions can be listed.

These are Countdown and the game of 24: two expressions are one solution if they differ in
how they are written only (see `canonical_solution`).
"""

from collections.abc import Sequence

from rethink_gym.episode import Episode, Turn
from rethink_gym.metrics.exploration import coverage, distinct_solutions
from rethink_gym.problem import Problem
from rethink_gym.verifiers.puzzles.countdown import (
    CountdownVerifier,
    canonical_solution,
    find_solutions,
    parse_tree,
)
from rethink_gym.verifiers.puzzles.countdown.tree import evaluate, leaves_of

__all__ = ["solution_values"]

_MAX_NUMBERS = 5
"""All solutions of so many numbers are found in a tenth of a second; of six in seconds."""


def solution_values(
    verifier: CountdownVerifier, problems: Sequence[Problem], episodes: Sequence[Episode]
) -> dict[str, tuple[float, ...]]:
    """Count the different right solutions among the samples of each problem.

    Args:
        verifier: Judges the answers.
        problems: The problems.
        episodes: What was played, all samples of a problem one after the other.

    Returns:
        For each problem ``distinct_solutions``, how many were found, and ``coverage``,
        their share of all that there are, in [0, 1]. Nothing if a problem has more than
        five numbers, of which it would take long to list all solutions.
    """
    golds = [parse_tree(problem.gold) for problem in problems]
    if any(len(list(leaves_of(gold))) > _MAX_NUMBERS for gold in golds):
        return {}
    samples = len(episodes) // len(problems)
    counts, shares = [], []
    for place, gold in enumerate(golds):
        group = episodes[place * samples : (place + 1) * samples]
        found = [_solution(episode.turns[-1]) for episode in group]
        every = find_solutions(list(leaves_of(gold)), int(evaluate(gold)), use_all=verifier.use_all)
        counts.append(float(distinct_solutions(filter(None, found))))
        shares.append(coverage(filter(None, found), every))
    return {"distinct_solutions": tuple(counts), "coverage": tuple(shares)}


def _solution(turn: Turn) -> str | None:
    """Return the canonical form of a right answer."""
    if turn.verdict is None or not turn.verdict.correct or turn.verdict.answer is None:
        return None
    return canonical_solution(turn.verdict.answer.strip(" .$").partition("=")[0])
