"""The fixed instructions that environments and tasks write to an agent."""

from collections.abc import Mapping
from types import MappingProxyType

from rethink_gym.verdict import Reason

__all__ = [
    "ANSWER_FORMAT",
    "CORRECTION",
    "HINT",
    "HINTS_OFFER",
    "HINT_REQUEST",
    "ILLEGAL_MOVE",
    "MOVE_FORMAT",
    "NEXT_STEP",
    "NO_HINT",
    "NUMBERS_LEFT",
    "PROGRAM_FORMAT",
    "REASONS",
    "RIGHT",
    "STEP_FORMAT",
    "STEP_RIGHT",
    "STEP_WRONG",
    "WRONG",
    "WRONG_BECAUSE",
]

ANSWER_FORMAT = 'Write the final answer on a last line that starts with "A:".'
"""Format of an answer; the verifiers look for this mark first."""

PROGRAM_FORMAT = "Write the whole program in one block between ```python and ```."
"""Format of a program; the last such block is run."""

CORRECTION = (
    "There might be an error in your solution. "
    "Correct it if there is one, and write the whole solution again."
)
"""Asks for another attempt and reveals nothing about the last one, as in SCoRe.

References:
    Kumar et al., "Training Language Models to Self-Correct via Reinforcement
    Learning", 2024, appendix (arXiv:2409.12917); the wording is ours.
"""

RIGHT = "Your answer is right. Write the whole solution again."
"""Message of `feedback="verdict"` after a correct attempt."""

WRONG = "Your answer is wrong. Find the error, and write the whole solution again."
"""Message of `feedback="verdict"` after an incorrect attempt."""

WRONG_BECAUSE = "Your answer is wrong. {why}\nFind the error, and write the whole solution again."
"""Message of `feedback="reason"` after an incorrect attempt whose error is known."""

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NO_ANSWER: f"No answer was found. Write the whole solution again. {ANSWER_FORMAT}",
        Reason.UNREADABLE: (
            "Your answer could not be read. Write the whole solution again, and the final answer "
            "in the way that the problem asks for."
        ),
        Reason.OVER_LIMIT: (
            "Your answer is too long to be read. Simplify it, and write the whole solution again."
        ),
        Reason.TIMED_OUT: (
            "Your answer took too long to judge. Simplify it, and write the whole solution again."
        ),
        Reason.ERROR: "Your answer could not be judged. Write the whole solution again.",
    }
)
"""Messages of `feedback="reason"` after an attempt that could not be verified."""

HINT_REQUEST = "Hint, please."
"""The action that asks for a hint, if the environment has hints."""

HINTS_OFFER = f'You may ask for a hint by writing only "{HINT_REQUEST}" Hints left: {{left}}.'
"""End of the prompt if the environment has hints."""

HINT = "Hint: {line}\nWrite the whole solution."
"""Answer to a request for a hint."""

NO_HINT = "There is no further hint. Write the whole solution."
"""Answer to a request for a hint when all lines that may be revealed have been."""

STEP_FORMAT = (
    "Write one step at a time: now the first one. "
    'Write the final answer as a step that starts with "A:".\n'
    "Steps left: {left}."
)
"""End of the prompt if an action is one step."""

NEXT_STEP = "Next step. Steps left: {left}."
"""Asks for the next step and reveals nothing about the last one."""

STEP_RIGHT = "That step is right."
"""Message of `feedback="verdict"` before `NEXT_STEP` after a correct step."""

STEP_WRONG = "That step is wrong."
"""Message of `feedback="verdict"` before `NEXT_STEP` after an incorrect step."""

MOVE_FORMAT = (
    'Make one move at a time, such as "6*4=24": two of the numbers are replaced by what they '
    'come to. You may also write the final answer, as a step that starts with "A:".\n'
    "Steps left: {left}."
)
"""End of the prompt if an action is a move."""

NUMBERS_LEFT = "Numbers left: {numbers}."
"""Answer to a move."""

ILLEGAL_MOVE = "That is no legal move."
"""Answer to a text that is not a legal move; the numbers stay."""
