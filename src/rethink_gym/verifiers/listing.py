"""The verifier of lists of words or numbers, which must be given in order."""

import re
from collections.abc import Mapping
from typing import Any, Self

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["ListVerifier"]

MAX_CHARS = 5_000


class ListVerifier(Verifier):
    """Accepts exactly the items of the gold answer, in their order.

    Items are separated by commas, the last one perhaps also by "and"; brackets around all
    of them, quotation marks and articles do not matter, nor do capitals. A gold of one item
    is a list too: an answer that names several is wrong.
    """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said; the answer is found as `extract_answer` says.
            problem: The problem it answers; its gold is a list such as ``ant, bee``.

        Returns:
            The verdict; its score is 1 or 0. Its feedback says how many items are right.
        """
        found = extract_answer(answer)
        if found is None:
            return Verdict(0.0, False, Reason.NO_ANSWER)
        if len(found.text) > MAX_CHARS:
            fault = f"The answer has more than {MAX_CHARS} characters."
            return Verdict(0.0, False, Reason.OVER_LIMIT, found.text, fault, feedback=fault)
        items, wanted = _items(found.text), _items(problem.gold)
        if items == wanted:
            return Verdict(1.0, True, Reason.EQUAL, found.text, f"it equals {problem.gold}")
        fault = ""
        if len(wanted) > 1:
            is_same = sorted(items) == sorted(wanted)
            fault = "The items are right, but not their order." if is_same else ""
            if len(items) != len(wanted):
                fault = f"There must be {len(wanted)} items, separated by commas."
        detail = f"it does not equal {problem.gold}"
        return Verdict(0.0, False, Reason.DIFFERENT, found.text, detail, feedback=fault)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": "list"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned.

        Raises:
            ArgumentError: If there is an option.
        """
        return cls(**read_options(data, ()))


_STYLE = re.compile(r"\\(?:text|mathrm|textbf)\s*\{([^{}]*)\}|\\[()\[\]]|[*_$`\"'“”‘’]")  # noqa: RUF001
_ARTICLE = re.compile(r"(?:the|an?)\s+")


def _items(text: str) -> list[str]:
    plain = _STYLE.sub(lambda match: match[1] or "", text).casefold().replace("−", "-")  # noqa: RUF001
    parts = plain.strip(" .()[]{}").split(",")
    if len(parts) > 1 or " and " in parts[0]:
        *first, last = parts
        parts = [*first, *last.removeprefix(" and ").split(" and ")]
    return [" ".join(_ARTICLE.sub("", part.strip(), count=1).split()) for part in parts]
