"""Gold answers that carry what they are judged by, where many answers are right.

Such a gold is written ``answer given [question]``: a right answer, then the question in a
notation that the verifier reads, such as ``p=true, q=false given [satisfy: p | q]``.
"""

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = [
    "GivenVerifier",
    "ListVerifier",
    "accepted",
    "extract_bare_answer",
    "refused",
    "split_gold",
    "with_question",
]
MAX_ANSWER_CHARS = 1_000
"""Longest answer that is read."""

_MARK = " given ["


class GivenVerifier(Verifier):
    """Checks an answer on the question that the gold answer carries; it has no options.

    A subclass sets `type` and writes `judge`.
    """

    type: ClassVar[str]

    @abstractmethod
    def judge(self, said: str, gold: str) -> Verdict:
        """Judge an answer that was found.

        Args:
            said: The answer, of at most `MAX_ANSWER_CHARS` characters.
            gold: The gold answer of the problem; see `split_gold`.

        Raises:
            VerifierError: If the gold answer cannot be read.
        """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said; the answer is found as `extract_answer` says.
            problem: The problem it answers.

        Returns:
            The verdict; its score is 1 or 0. Its feedback says what is wrong.

        Raises:
            VerifierError: If the gold answer of the problem cannot be read.
        """
        said = extract_bare_answer(answer, problem.gold)
        if said is None:
            return Verdict(0.0, False, Reason.NO_ANSWER)
        if len(said) > MAX_ANSWER_CHARS:
            fault = f"The answer has more than {MAX_ANSWER_CHARS} characters."
            return refused(Reason.OVER_LIMIT, said, fault)
        return self.judge(said, problem.gold)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": self.type}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned.

        Raises:
            ArgumentError: If there is an option.
        """
        return cls(**read_options(data, ()))


def accepted(said: str, detail: str) -> Verdict:
    """Return the verdict on a right answer."""
    return Verdict(1.0, True, Reason.EQUAL, said, detail)


def refused(reason: Reason, said: str, fault: str) -> Verdict:
    """Return the verdict on an answer that is not right, with what may be told of it."""
    return Verdict(0.0, False, reason, said, fault, feedback=fault)


def with_question(answer: str, question: str) -> str:
    """Write a gold answer with the question that it is judged by."""
    return f"{answer}{_MARK}{question}]"


def split_gold(gold: str) -> tuple[str, str]:
    """Split a gold answer.

    Args:
        gold: What `with_question` returned, or any other text.

    Returns:
        The answer and the question; the question is empty if there is none.
    """
    answer, mark, question = gold.partition(_MARK)
    return (answer, question.removesuffix("]")) if mark else (gold, "")


def extract_bare_answer(said: str, gold: str) -> str | None:
    """Find the answer in a worked text, without the question of the gold behind it.

    Args:
        said: What the agent said.
        gold: The gold answer.

    Returns:
        The answer without blanks, dollar signs and full stops around it, or None if there
        is none. A question that is not the gold's is left in it.
    """
    found = extract_answer(said)
    if found is None:
        return None
    _, mark, question = gold.partition(_MARK)
    text = found.text.removesuffix(mark + question) if mark else found.text
    return text.strip(" .$") or None


MAX_LIST_CHARS = 5_000


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
        if len(found.text) > MAX_LIST_CHARS:
            fault = f"The answer has more than {MAX_LIST_CHARS} characters."
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
