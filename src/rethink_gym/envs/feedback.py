"""What an environment writes between two attempts: feedback schemes and hints."""

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
"""Takes the problem, the verdict on the newest attempt, and the number of attempts so far;
returns the message that asks for the next attempt."""

_MAX_VERIFIER_CHARS = 2_000
"""Maximum number of characters of `Verdict.feedback`, which may be the output of a program."""

_ANSWER_LINE = re.compile(r"\s*(?:A|(?:final )?answer)\s*:|####|\\boxed", re.IGNORECASE)


def no_feedback(problem: Problem, verdict: Verdict, attempt: int) -> str:
    """Ask for another attempt and reveal nothing about the last one.

    Args:
        problem: Not used.
        verdict: Not used.
        attempt: Not used.

    Returns:
        Always the same instruction.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024 (arXiv:2409.12917).
    """
    return CORRECTION


def verdict_feedback(problem: Problem, verdict: Verdict, attempt: int) -> str:
    """Reveal whether the last attempt is correct, and ask for another one.

    Args:
        problem: Not used.
        verdict: The verdict on the last attempt.
        attempt: Not used.

    Returns:
        One of two instructions.
    """
    return RIGHT if verdict.correct else WRONG


def reason_feedback(problem: Problem, verdict: Verdict, attempt: int) -> str:
    """Explain what is wrong with the last attempt, and ask for another one.

    The message gives the first of these that is known: the text that the verifier wrote
    for the agent (`Verdict.feedback`, such as a failed test); that no answer was found or
    could be read; the number of the first wrong step. It never reveals the gold answer.

    Args:
        problem: Not used.
        verdict: The verdict on the last attempt.
        attempt: Not used.

    Returns:
        The message.
    """
    if verdict.correct:
        return RIGHT
    if verdict.feedback:
        return WRONG_BECAUSE.format(why=verdict.feedback[:_MAX_VERIFIER_CHARS].strip())
    if verdict.reason in REASONS:
        return REASONS[verdict.reason]
    for number, step in enumerate(verdict.steps, start=1):
        if step.score == 0.0:
            return WRONG_BECAUSE.format(why=f"Step {number} of your solution is wrong.")
    return WRONG


FEEDBACKS: Mapping[str, Feedback] = MappingProxyType(
    {"none": no_feedback, "reason": reason_feedback, "verdict": verdict_feedback}
)
"""The feedback schemes by name."""


def find_feedback(feedback: str | Feedback) -> Feedback:
    """Return a feedback scheme.

    Args:
        feedback: A name in `FEEDBACKS`, or a function, which is returned as it is.

    Returns:
        The scheme.

    Raises:
        ArgumentError: If the name is unknown.
    """
    if callable(feedback):
        return feedback
    return FEEDBACKS[check_choice("feedback", feedback, FEEDBACKS)]


def hint_lines(problem: Problem) -> tuple[str, ...]:
    r"""Return the lines of the worked solution that hints may reveal.

    Args:
        problem: The problem of the episode.

    Returns:
        The lines that are not blank, in order, up to the first one that reveals the
        answer: one that is marked as the answer (``A:``, ``####``, ``\boxed``), or that
        contains the gold answer after its last ``=`` (anywhere if there is no ``=``).
    """
    gold = re.escape(problem.gold.strip())
    contains_gold = re.compile(rf"(?<![\w.]){gold}(?![\w]|[.,]\d)", re.IGNORECASE)
    lines: list[str] = []
    for line in filter(None, map(str.strip, (problem.solution or "").splitlines())):
        if _ANSWER_LINE.search(line) or contains_gold.search(line.rpartition("=")[2]):
            break
        lines.append(line)
    return tuple(lines)
