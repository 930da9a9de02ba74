"""Gold answers that carry what they are judged by, where many answers are right.

Such a gold is written ``answer given [question]``: a right answer, then the question in a
notation that the verifier reads, such as ``p=true, q=false given [satisfy: p | q]``.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = [
    "GivenVerifier",
    "accepted",
    "extract_bare_answer",
    "refused",
    "split_gold",
    "with_question",
]

MAX_CHARS = 1_000
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
            said: The answer, of at most `MAX_CHARS` characters.
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
        if len(said) > MAX_CHARS:
            fault = f"The answer has more than {MAX_CHARS} characters."
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
