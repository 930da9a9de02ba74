"""Gold answers that contain their question, for problems with many correct answers.

Such a gold answer has the form ``answer given [question]``: one correct answer and the
question in a notation that the verifier parses, such as
``p=true, q=false given [satisfy: p | q]``.
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

MAX_ANSWER_CHARS = 1_000
"""Maximum length of an answer."""

_MARK = " given ["


class GivenVerifier(Verifier):
    """Checks an answer against the question in the gold answer; it has no options.

    A subclass sets `type` and implements `check_answer`.
    """

    type: ClassVar[str]

    @abstractmethod
    def check_answer(self, answer: str, gold: str) -> Verdict:
        """Check an extracted answer.

        Args:
            answer: The answer, of at most `MAX_ANSWER_CHARS` characters.
            gold: The gold answer of the problem; see `split_gold`.

        Raises:
            VerifierError: If ``gold`` cannot be parsed.
        """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The text that the agent wrote; `extract_answer` finds the answer in it.
            problem: The problem.

        Returns:
            The verdict, with score 1 or 0. Its feedback describes the fault.

        Raises:
            VerifierError: If the gold answer of the problem cannot be parsed.
        """
        bare_answer = extract_bare_answer(answer, problem.gold)
        if bare_answer is None:
            return Verdict(0.0, False, Reason.NO_ANSWER)
        if len(bare_answer) > MAX_ANSWER_CHARS:
            fault = f"The answer has more than {MAX_ANSWER_CHARS} characters."
            return refused(Reason.OVER_LIMIT, bare_answer, fault)
        return self.check_answer(bare_answer, problem.gold)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": self.type}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned.

        Raises:
            ArgumentError: If ``data`` has an option.
        """
        return cls(**read_options(data, ()))


def accepted(answer: str, detail: str) -> Verdict:
    """Return the verdict for a correct answer."""
    return Verdict(1.0, True, Reason.EQUAL, answer, detail)


def refused(reason: Reason, answer: str, fault: str) -> Verdict:
    """Return the verdict for an incorrect answer, with its fault as feedback to the agent."""
    return Verdict(0.0, False, reason, answer, fault, feedback=fault)


def with_question(answer: str, question: str) -> str:
    """Write a gold answer that contains its question.

    Examples:
        >>> with_question("p=true", "satisfy: p | q")
        'p=true given [satisfy: p | q]'
    """
    return f"{answer}{_MARK}{question}]"


def split_gold(gold: str) -> tuple[str, str]:
    """Split a gold answer into answer and question.

    Args:
        gold: The gold answer, with or without a question.

    Returns:
        The answer and the question; the question is empty if the gold answer has no question.
    """
    answer, mark, question = gold.partition(_MARK)
    return (answer, question.removesuffix("]")) if mark else (gold, "")


def extract_bare_answer(text: str, gold: str) -> str | None:
    """Extract the answer from a text, without the question of the gold answer.

    Args:
        text: The text that the agent wrote.
        gold: The gold answer.

    Returns:
        The answer without outer blanks, dollar signs and full stops, or None without an
        answer. A question that differs from that of ``gold`` is not removed.
    """
    extracted = extract_answer(text)
    if extracted is None:
        return None
    _, mark, question = gold.partition(_MARK)
    answer = extracted.text.removesuffix(mark + question) if mark else extracted.text
    return answer.strip(" .$") or None
