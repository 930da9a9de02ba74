"""The hints that an agent may ask for: lines of the worked solution."""

import re

from rethink_gym.problem import Problem

__all__ = ["hint_lines"]

_ANSWER_LINE = re.compile(r"\s*(?:A|(?:final )?answer)\s*:|####|\\boxed", re.IGNORECASE)


def hint_lines(problem: Problem) -> tuple[str, ...]:
    r"""Return the lines of the worked solution that may be told.

    Args:
        problem: The problem that is played.

    Returns:
        The lines that are not blank, in order, up to the first one that is marked as
        the answer (``A:``, ``####``, ``\boxed``) or comes to the gold answer: one
        that has it behind its last ``=``, or anywhere if it has no ``=``.
    """
    gold = re.escape(problem.gold.strip())
    names_gold = re.compile(rf"(?<![\w.]){gold}(?![\w]|[.,]\d)", re.IGNORECASE)
    lines: list[str] = []
    for line in filter(None, map(str.strip, (problem.solution or "").splitlines())):
        if _ANSWER_LINE.search(line) or names_gold.search(line.rpartition("=")[2]):
            break
        lines.append(line)
    return tuple(lines)
