"""Verifier of lists: the answer has exactly the items of the gold answer, in order."""

import re
from collections.abc import Mapping
from typing import Any, Self

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["ListVerifier"]

MAX_LIST_CHARS = 5_000
"""Maximum length of an answer."""


class ListVerifier(Verifier):
    """Accepts exactly the items of the gold answer, in the same order.

    Items are separated by commas; the last separator may be "and". Outer brackets, quotation
    marks, articles and case are ignored. If the gold answer has a single item, an answer with
    several items is incorrect.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.puzzles.list_verifier import ListVerifier
        >>> problem = Problem("sort/0", "Sort bee, ant, cat.", "ant, bee, cat")
        >>> ListVerifier().verify("A: Ant, bee and cat", problem).correct
        True
    """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The text that the agent wrote; `extract_answer` finds the answer in it.
            problem: The problem; its gold answer is a list such as ``ant, bee``.

        Returns:
            The verdict, with score 1 or 0. Its feedback says whether the number of items or
            only their order is incorrect.
        """
        extracted = extract_answer(answer)
        if extracted is None:
            return Verdict(0.0, False, Reason.NO_ANSWER)
        text = extracted.text
        if len(text) > MAX_LIST_CHARS:
            fault = f"The answer has more than {MAX_LIST_CHARS} characters."
            return Verdict(0.0, False, Reason.OVER_LIMIT, text, fault, feedback=fault)
        items, gold_items = _split_items(text), _split_items(problem.gold)
        if items == gold_items:
            return Verdict(1.0, True, Reason.EQUAL, text, f"it equals {problem.gold}")
        fault = ""
        if len(gold_items) > 1:
            if len(items) != len(gold_items):
                fault = f"There must be {len(gold_items)} items, separated by commas."
            elif sorted(items) == sorted(gold_items):
                fault = "The items are right, but not their order."
        detail = f"it does not equal {problem.gold}"
        return Verdict(0.0, False, Reason.DIFFERENT, text, detail, feedback=fault)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": "list"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned.

        Raises:
            ArgumentError: If ``data`` has an option.
        """
        return cls(**read_options(data, ()))


_STYLE = re.compile(r"\\(?:text|mathrm|textbf)\s*\{([^{}]*)\}|\\[()\[\]]|[*_$`\"'“”‘’]")  # noqa: RUF001
_ARTICLE = re.compile(r"(?:the|an?)\s+")


def _split_items(text: str) -> list[str]:
    """Return the items of a list, without style, articles and case."""
    plain = _STYLE.sub(lambda match: match[1] or "", text).casefold().replace("−", "-")  # noqa: RUF001
    items = plain.strip(" .()[]{}").split(",")
    if len(items) > 1 or " and " in items[0]:
        *first, last = items
        items = [*first, *last.removeprefix(" and ").split(" and ")]
    return [" ".join(_ARTICLE.sub("", item.strip(), count=1).split()) for item in items]
