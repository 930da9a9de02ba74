"""The verifier of values as Python writes them."""

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
    """Find the value in a worked text.

    It stands behind the last ``A:`` or ``Answer:`` at the beginning of a line, to the end of
    that line, or of the text if it goes on. Without such a mark, a text of one line is the
    value itself. What was thought before ``</think>`` is never looked at. Fences and
    backquotes around the value are taken off.

    Args:
        text: What the agent said.

    Returns:
        The value as it stands in the text, or None if there is none.
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
    """Judges a value as Python writes it, such as ``[1, 'a']``, by what it is equal to.

    The gold is a value, too. They are the same if ``==`` says so: a list is no tuple and a
    number no text, but ``1``, ``1.0`` and ``True`` are equal, as in the tests of programs.
    Nothing is ever run; the value is found as `extract_literal` says.
    """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The problem it answers; its gold is a value.

        Returns:
            The verdict; its score is 1 if the value is right, else 0.

        Raises:
            DataError: If the gold is no value.
        """
        gold = _read_gold(problem.gold)
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
            ArgumentError: If there is an option that is not known.
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
    """Return the verdict on an answer that is no value."""
    return Verdict(
        0.0,
        False,
        Reason.OVER_LIMIT if error.is_limit else Reason.UNREADABLE,
        text[:_MAX_SHOWN_CHARS],
        f"no Python value: {error}",
        feedback="Your answer is not a value as Python writes it.",
    )


@lru_cache(maxsize=4096)
def _read_gold(gold: str) -> Any:
    try:
        return read_value(gold)
    except NotAValueError as error:
        raise DataError(f"gold must be a Python value, got {gold[:80]!r}: {error}.") from error


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."
