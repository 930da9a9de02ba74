"""The verifier that grades programs by tests."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from rethink_gym.errors import SandboxError, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.code.extraction import (
    MAX_ANSWER_CHARS,
    Program,
    extract_program,
)
from rethink_gym.verifiers.sandbox.code_tests import CodeTests
from rethink_gym.verifiers.sandbox.level import check_level
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.verifier import Pending, Verifier, read_options
from rethink_gym.verifiers.worker_pool import shared_pool

__all__ = ["CodeVerifier"]

SCORES = ("sparse", "dense")

_MAX_SHOWN_CHARS = 4_000


class CodeVerifier(Verifier):
    """Grades a program by tests that the program never sees.

    The gold of a problem holds the tests, see `CodeTests`. They run in a grader process,
    which decides. The program runs confined in another process, answers calls with plain
    data, and can neither read the tests nor change the machine. `extract_program` extracts
    the program from an answer.

    ``detail`` shows the first failing call with its arguments, the expected value and the
    returned one. ``feedback`` gives the agent the same information; for a hidden test it
    gives only the kind of failure. ``isolation`` is the level in force.

    Args:
        score: ``"sparse"``: 1 if all tests pass, else 0; the first failure ends the run.
            ``"dense"``: the fraction of tests that pass, where each assert statement,
            example or case is one test. It is 1 if and only if the answer is correct.
        time_s: Time budget of the program over all tests, in seconds: CPU time, and time
            in which it sleeps of its own accord. Comparing the returned values may take
            the same time again.
        memory_bytes: Maximum address space of the program.
        isolation: Isolation level, the name of a `Level`; it is never lowered.
            ``rethink doctor`` shows which levels a machine supports.
        has_packages: Whether the program can import installed packages; it can always
            import the standard library.

    Raises:
        ArgumentError: If ``score`` or ``isolation`` is unknown, or a limit is not positive.
        SandboxError: If this system does not support the isolation level.
    """

    def __init__(
        self,
        *,
        score: str = "sparse",
        time_s: float = 3.0,
        memory_bytes: int = 512 * 2**20,
        isolation: str = "default",
        has_packages: bool = False,
    ) -> None:
        self.score = check_choice("score", score, SCORES)
        self.limits = Limits(time_s=time_s, memory_bytes=memory_bytes, has_packages=has_packages)
        self.isolation = str(check_level(isolation))

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The answer of the agent.
            problem: The problem that it answers; its gold was made by `CodeTests.to_gold`.

        Returns:
            The verdict.

        Raises:
            DataError: If the gold does not hold tests.
            SandboxError: If this machine cannot isolate programs at the level.
            VerifierError: If the grader process cannot be started.
        """
        return self.verify_batch([answer], [problem])[0]

    def verify_at_once(self, answer: str, problem: Problem) -> Verdict | Pending:
        """Verify an answer without a program, else extract the program."""
        program = _find_program(answer, problem)
        return program if isinstance(program, Verdict) else Pending(problem, program)

    def verify_slow_batch(self, pending: Sequence[Pending]) -> list[Verdict]:
        """Run the programs, spread over as many processes as there are cores."""
        programs: list[Program] = [item.work for item in pending]
        questions = [self._question(item.work, item.problem) for item in pending]
        budgets_s = [2 * self.limits.time_s] * len(questions)
        replies = shared_pool("code").ask_all(questions, budgets_s)
        return list(map(self._verdict, programs, replies))

    def _question(self, program: Program, problem: Problem) -> dict[str, Any]:
        limits = self.limits
        return {
            "gold": problem.gold,
            "sources": program.sources,
            "score": self.score,
            "isolation": self.isolation,
            "limits": {
                "time_s": limits.time_s,
                "memory_bytes": limits.memory_bytes,
                "has_packages": limits.has_packages,
            },
            "grading_s": limits.time_s,
        }

    def _verdict(self, program: Program, reply: Mapping[str, Any]) -> Verdict:
        if reply.get("has_no_sandbox"):
            raise SandboxError(reply["detail"])
        reason = Reason(reply["reason"])
        return Verdict(
            score=reply.get("score", 0.0),
            correct=reason is Reason.EQUAL,
            reason=reason,
            answer=_shorten(program.text),
            detail=reply["detail"],
            feedback=reply.get("feedback", ""),
            isolation=self.isolation,
        )

    def hint_text(self, problem: Problem) -> str:
        """Return the reference solution, since the gold holds the tests.

        Args:
            problem: The problem.

        Returns:
            The solution; empty if the problem has none.
        """
        return problem.solution or ""

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {
            "type": "code",
            "score": self.score,
            "time_s": self.limits.time_s,
            "memory_bytes": self.limits.memory_bytes,
            "isolation": self.isolation,
            "has_packages": self.limits.has_packages,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from the configuration that `to_dict` returned.

        Args:
            data: The configuration; options may be left out.

        Raises:
            ArgumentError: If ``data`` contains an unknown option.
        """
        known = ("score", "time_s", "memory_bytes", "isolation", "has_packages")
        return cls(**read_options(data, known))


_NO_PROGRAM = Verdict(
    0.0,
    False,
    Reason.NO_ANSWER,
    detail="no extraction rule finds a program in the text",
    feedback="There is no program in your answer.",
)
_TOO_LONG = Verdict(
    0.0,
    False,
    Reason.OVER_LIMIT,
    detail=f"the answer is longer than {MAX_ANSWER_CHARS:,} characters",
    feedback="Your answer is too long.",
)


def _find_program(answer: str, problem: Problem) -> Program | Verdict:
    tests = CodeTests.from_gold(problem.gold)
    thoughts_end = answer.rfind("</think>") + 1
    if len(answer) - thoughts_end > MAX_ANSWER_CHARS:
        return _TOO_LONG
    return extract_program(answer, tests.entry_point, tests.signature) or _NO_PROGRAM


def _shorten(text: str) -> str:
    if len(text) <= _MAX_SHOWN_CHARS:
        return text
    half = _MAX_SHOWN_CHARS // 2
    return f"{text[:half]}\n...\n{text[-half:]}"
