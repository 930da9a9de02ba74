"""What an environment says between two attempts."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rethink_gym.envs.prompt import CORRECTION, REASONS, RIGHT, WRONG, WRONG_BECAUSE
from rethink_gym.errors import check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict

__all__ = [
    "FEEDBACKS",
    "Feedback",
    "find_feedback",
    "hint_lines",
    "no_feedback",
    "reason_feedback",
    "verdict_feedback",
]
Feedback = Callable[[Problem, Verdict, int], str]
"""Takes the problem, the verdict on the newest attempt, and how many attempts were
made so far; returns the message that asks for the next attempt."""

_MAX_CHARS = 2_000
"""Of a verifier's own words; what a program printed may be long."""


def no_feedback(problem: Problem, verdict: Verdict, attempt: int) -> str:
    """Ask for another attempt and reveal nothing about the last one.

    Args:
        problem: The problem that is played; has no influence.
        verdict: The judgement of the last attempt; has no influence.
        attempt: How many attempts were made so far; has no influence.

    Returns:
        The same instruction, always.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024 (arXiv:2409.12917).
    """
    return CORRECTION


def verdict_feedback(problem: Problem, verdict: Verdict, attempt: int) -> str:
    """Say whether the last attempt is right, and ask for another one.

    Args:
        problem: The problem that is played; has no influence.
        verdict: The judgement of the last attempt.
        attempt: How many attempts were made so far; has no influence.

    Returns:
        One of two instructions.
    """
    return RIGHT if verdict.correct else WRONG


def reason_feedback(problem: Problem, verdict: Verdict, attempt: int) -> str:
    """Say what is wrong with the last attempt, and ask for another one.

    In this order: the words that the verifier has for the agent (`Verdict.feedback`,
    such as the test that failed), that no answer was found or could be read, or the
    number of the first step that is wrong. The gold answer is never named.

    Args:
        problem: The problem that is played; has no influence.
        verdict: The judgement of the last attempt.
        attempt: How many attempts were made so far; has no influence.

    Returns:
        The message.
    """
    if verdict.correct:
        return RIGHT
    if verdict.feedback:
        return WRONG_BECAUSE.format(why=verdict.feedback[:_MAX_CHARS].strip())
    if verdict.reason in REASONS:
        return REASONS[verdict.reason]
    for number, step in enumerate(verdict.steps, start=1):
        if step.score == 0.0:
            return WRONG_BECAUSE.format(why=f"Step {number} of your solution is wrong.")
    return WRONG


FEEDBACKS: Mapping[str, Feedback] = MappingProxyType(
    {"none": no_feedback, "reason": reason_feedback, "verdict": verdict_feedback}
)
"""The feedback schemes that have a name."""


def find_feedback(feedback: str | Feedback) -> Feedback:
    """Return the feedback scheme that is meant.

    Args:
        feedback: A name out of `FEEDBACKS`, or a scheme itself.

    Returns:
        The scheme.

    Raises:
        ArgumentError: If there is no scheme of that name.
    """
    if callable(feedback):
        return feedback
    return FEEDBACKS[check_choice("feedback", feedback, FEEDBACKS)]


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
