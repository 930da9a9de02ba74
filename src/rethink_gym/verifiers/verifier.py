"""What every verifier does: judge answers, and describe itself as plain data."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict

__all__ = ["Verifier", "read_options"]


class Verifier(ABC):
    """Judges what an agent said about a problem.

    A subclass writes `verify` and `to_dict`; `verify_batch` may be overridden
    where judging many answers at once is cheaper. Whatever an answer holds is
    data: it never makes a verifier raise, hang or run code.
    """

    @abstractmethod
    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said, as it said it.
            problem: The problem it answers.

        Returns:
            The verdict; its score is in [0, 1].

        Raises:
            VerifierError: If the verifier itself is broken, never because of
                what the answer holds.
        """

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        """Judge many answers.

        Args:
            answers: What the agents said.
            problems: The problem that each of them answers; as many as answers.

        Returns:
            One verdict per answer, in order.

        Raises:
            ArgumentError: If there are not as many problems as answers.
            VerifierError: If the verifier itself is broken.
        """
        if len(answers) != len(problems):
            raise argument_error("problems", f"as many as answers ({len(answers)})", len(problems))
        return [
            self.verify(answer, problem) for answer, problem in zip(answers, problems, strict=True)
        ]

    def list_solutions(self, problem: Problem) -> frozenset[str] | None:
        """List every correct answer of a problem, each in one canonical form.

        Args:
            problem: The problem.

        Returns:
            The canonical forms, as of `canonical_solution`; None if this verifier cannot
            list them, or if listing them would take more than about a second.
        """
        return None

    def canonical_solution(self, answer: str, problem: Problem) -> str:
        """Return the form that all answers share which count as one solution.

        Args:
            answer: A correct answer, as in `Verdict.answer`.
            problem: The problem that it answers.

        Returns:
            A text; by default the answer without outer blanks.
        """
        return answer.strip()

    def hint_text(self, problem: Problem) -> str:
        """Return what a hint may reveal as the answer to a problem.

        Args:
            problem: The problem.

        Returns:
            The gold answer, unless the gold holds what must stay hidden, such as the
            tests of a program; empty if there is nothing to reveal.
        """
        return problem.gold

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""


def read_options(data: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Take the options of a verifier out of its plain data.

    Args:
        data: What `Verifier.to_dict` returned, or a part of it.
        known: The options that there are.

    Returns:
        The options by name, without the kind.

    Raises:
        ArgumentError: If there is an option that is not known; a near miss is suggested.
    """
    options = {name: value for name, value in data.items() if name != "type"}
    for name in options:
        check_choice("option", name, known)
    return options
