"""The verifier of programs."""

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
from rethink_gym.verifiers.code.suite import CodeTests
from rethink_gym.verifiers.sandbox.level import check_level
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.verifier import Pending, Verifier, read_options
from rethink_gym.verifiers.worker_pool import shared_pool

__all__ = ["CodeVerifier"]

SCORES = ("sparse", "dense")

_MAX_SHOWN_CHARS = 4_000


class CodeVerifier(Verifier):
    """Judges a program by tests, which never meet it.

    The gold of a problem holds the tests, see `CodeTests`. They run in a process of
    their own that decides; the program runs confined in another one, answers calls with
    plain data, and can neither read the tests nor touch the machine. In a worked text the
    program is found as `extract_program` says.

    ``detail`` names the first failing call with its arguments, what it should have
    returned and what it did; ``feedback`` tells the agent the same, but of a hidden test
    the kind of failure alone. ``isolation`` is the level that was in force.

    Args:
        score: ``"sparse"``: 1 if all tests pass, else 0, and the first failure ends them.
            ``"dense"``: the share of tests that pass, where each assert statement, example
            or case is one.
        time_s: Seconds that the program may take over all tests: CPU time, and time in
            which it sleeps by its own doing. Comparing what it returned may take as
            long again.
        memory_bytes: Its address space.
        isolation: How strongly it is isolated, one of the names in `Level`; never lowered
            silently. ``rethink doctor`` tells what a machine can do.
        has_packages: Whether the program can import installed packages; the standard
            library it always can.

    Raises:
        ArgumentError: If an argument is not what it must be.
        SandboxError: If this system has no such isolation.
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
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The problem it answers; its gold is what `CodeTests.to_gold` wrote.

        Returns:
            The verdict.

        Raises:
            DataError: If the gold holds no tests.
            SandboxError: If programs cannot be isolated so on this machine.
            VerifierError: If the process that judges cannot be started.
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
            "judge_s": limits.time_s,
        }

    def _verdict(self, program: Program, reply: Mapping[str, Any]) -> Verdict:
        if reply.get("has_no_sandbox"):
            raise SandboxError(reply["detail"])
        reason = Reason(reply["reason"])
        return Verdict(
            score=reply.get("score", 0.0),
            correct=reason is Reason.EQUAL,
            reason=reason,
            answer=_shown(program.text),
            detail=reply["detail"],
            feedback=reply.get("feedback", ""),
            isolation=self.isolation,
        )

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
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If there is an option that is not known.
        """
        known = ("score", "time_s", "memory_bytes", "isolation", "has_packages")
        return cls(**read_options(data, known))


_NOTHING_FOUND = Verdict(
    0.0,
    False,
    Reason.NO_ANSWER,
    detail="no rule of extraction finds a program in the text",
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
    return extract_program(answer, tests.entry_point, tests.signature) or _NOTHING_FOUND


def _shown(text: str) -> str:
    if len(text) <= _MAX_SHOWN_CHARS:
        return text
    half = _MAX_SHOWN_CHARS // 2
    return f"{text[:half]}\n...\n{text[-half:]}"
