"""Verifier of Python literals, such as the result of a call."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

from rethink_gym.errors import DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.python_values.reader import NotAValueError, read_value
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["NOTHING_FOUND", "LiteralVerifier", "extract_literal", "unreadable"]

_MARK = re.compile(r"^[ \t>*_#]*(?:final[ ]+)?(?:a|answer)[ *_]*:[ \t*_]*", re.MULTILINE | re.I)
_FENCE = re.compile(r"^[ \t]*```\w*[ \t]*$", re.MULTILINE)
_MAX_SEARCHED_CHARS = 100_000
_MAX_SHOWN_CHARS = 1_000


def extract_literal(text: str) -> str | None:
    r"""Extract the literal from a text.

    The literal is all text after the last ``A:`` or ``Answer:`` at the start of a line.
    Without such a mark, a text of one line is the literal itself. Reasoning before
    ``</think>`` is ignored. Code fences and backquotes around the literal are removed.

    Args:
        text: The text that the agent wrote.

    Returns:
        The literal as written, or None if there is no answer.

    Examples:
        >>> extract_literal("Doubling gives 2 and 4.\nA: `[2, 4]`")
        '[2, 4]'
    """
    text = text[-_MAX_SEARCHED_CHARS:]
    text = text.rpartition("</think>")[2].strip()
    marks = list(_MARK.finditer(text))
    if marks:
        text = text[marks[-1].end() :]
    elif "\n" in text:
        return None
    text = _FENCE.sub("", text).strip()
    if len(text) > 1 and text[0] == text[-1] == "`":
        text = text.strip("`").strip()
    return text or None


class LiteralVerifier(Verifier):
    """Compares a Python literal, such as ``[1, 'a']``, with the gold literal by ``==``.

    A list differs from a tuple and a number from a text, but ``1``, ``1.0`` and ``True`` are
    equal, as in tests of programs. The literal is parsed without running code;
    `extract_literal` finds it in the answer.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.python_values.literal import LiteralVerifier
        >>> problem = Problem("output/0", "What does sorted('ba') return?", "['a', 'b']")
        >>> LiteralVerifier().verify('A: ["a", "b"]', problem).correct
        True
    """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The text that the agent wrote.
            problem: The problem; its gold answer is a Python literal.

        Returns:
            The verdict, with score 1 if the values are equal, else 0.

        Raises:
            DataError: If the gold answer is not a Python literal.
        """
        gold = _parse_gold(problem.gold)
        text = extract_literal(answer)
        if text is None:
            return NOTHING_FOUND
        try:
            value = read_value(text)
        except NotAValueError as error:
            return unreadable(text, error)
        correct = bool(value == gold)
        reason = Reason.EQUAL if correct else Reason.DIFFERENT
        detail = f"read as {_shortened(repr(value))}, gold {_shortened(problem.gold)}"
        return Verdict(float(correct), correct, reason, text[:_MAX_SHOWN_CHARS], detail)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": "literal"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned.

        Raises:
            ArgumentError: If ``data`` has an option.
        """
        return cls(**read_options(data, ()))


NOTHING_FOUND = Verdict(
    0.0,
    False,
    Reason.NO_ANSWER,
    detail='no last line that starts with "A:"',
    feedback="There is no answer in your text.",
)


def unreadable(text: str, error: NotAValueError) -> Verdict:
    """Return the verdict for an answer that is not a literal."""
    return Verdict(
        0.0,
        False,
        Reason.OVER_LIMIT if error.is_limit else Reason.UNREADABLE,
        text[:_MAX_SHOWN_CHARS],
        f"not a Python literal: {error}",
        feedback="Your answer is not a value as Python writes it.",
    )


@lru_cache(maxsize=4096)
def _parse_gold(gold: str) -> Any:
    try:
        return read_value(gold)
    except NotAValueError as error:
        raise DataError(f"gold must be a Python literal, got {gold[:80]!r}: {error}.") from error


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."
