"""The contract of a verifier: verify answers, list solutions, describe itself as plain data."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict

__all__ = ["Pending", "Verifier", "read_options"]


class Pending(NamedTuple):
    """An answer that `Verifier.verify_at_once` leaves to `Verifier.verify_slow_batch`.

    Attributes:
        problem: The problem that it answers.
        work: What `verify_at_once` has found out, in any form that `verify_slow_batch` reads.
    """

    problem: Problem
    work: Any


class Verifier(ABC):
    """Verify answers to problems: decide whether an answer is correct, and score it.

    A subclass defines `verify` and `to_dict`. A subclass that sends slow answers to worker
    processes also defines `verify_at_once` and `verify_slow_batch`; then `verify_batch`
    verifies the slow answers of a batch in parallel.

    An answer is untrusted data: no answer makes a verifier raise, hang or run code.
    """

    @abstractmethod
    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The agent's message, unchanged.
            problem: The problem that it answers.

        Returns:
            The verdict; its score is in [0, 1].

        Raises:
            VerifierError: If the verifier itself fails, never because of the answer.
        """

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        """Verify many answers, the slow ones in parallel.

        Args:
            answers: The agents' messages.
            problems: The problem of each answer.

        Returns:
            One verdict per answer, in order; the same verdicts as those of `verify`.

        Raises:
            ArgumentError: If ``problems`` and ``answers`` have different lengths.
            VerifierError: If the verifier itself fails.
        """
        if len(answers) != len(problems):
            raise argument_error("problems", f"as many as answers ({len(answers)})", len(problems))
        results = list(map(self.verify_at_once, answers, problems))
        pending = [result for result in results if isinstance(result, Pending)]
        if not pending:
            return cast("list[Verdict]", results)
        verdicts = iter(self.verify_slow_batch(pending))
        return [next(verdicts) if isinstance(result, Pending) else result for result in results]

    def verify_at_once(self, answer: str, problem: Problem) -> Verdict | Pending:
        """Verify one answer if that is quick, else prepare it for `verify_slow_batch`.

        Args:
            answer: The agent's message, unchanged.
            problem: The problem that it answers.

        Returns:
            The verdict, by default that of `verify`; or the answer to verify later.

        Raises:
            VerifierError: If the verifier itself fails.
        """
        return self.verify(answer, problem)

    def verify_slow_batch(self, pending: Sequence[Pending]) -> list[Verdict]:
        """Verify the answers that `verify_at_once` has not verified.

        Args:
            pending: What `verify_at_once` has returned, one or more.

        Returns:
            One verdict each, in order.

        Raises:
            VerifierError: If the verifier itself fails.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.verify_slow_batch must be defined, "
            "since verify_at_once returns pending answers."
        )

    def list_solutions(self, problem: Problem) -> frozenset[str] | None:
        """List every correct answer of a problem, each in one canonical form.

        Args:
            problem: The problem.

        Returns:
            The canonical forms, as returned by `canonical_solution`; None if this verifier
            cannot list them, or if listing them would take more than about a second.
        """
        return None

    def canonical_solution(self, answer: str, problem: Problem) -> str:
        """Return the canonical form of an answer, which all answers of one solution share.

        Args:
            answer: A correct answer, as in `Verdict.answer`.
            problem: The problem that it answers.

        Returns:
            The canonical form; by default the answer without surrounding spaces.
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
    """Read the options of a verifier from its plain data.

    Args:
        data: The dictionary returned by `Verifier.to_dict`, or a part of it.
        known: Names of the options that exist.

    Returns:
        The options by name, without the kind.

    Raises:
        ArgumentError: If ``data`` has an unknown option; a near miss is suggested.
    """
    options = {name: value for name, value in data.items() if name != "type"}
    for name in options:
        check_choice("option", name, known)
    return options
