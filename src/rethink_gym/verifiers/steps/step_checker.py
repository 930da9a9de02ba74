"""Check the steps of one solution, one after the other."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rethink_gym.verifiers.math.expression.values.time_limit import cpu_left_s, limited_cpu
from rethink_gym.verifiers.steps.claim import Chain, Side
from rethink_gym.verifiers.steps.claim_reader import (
    find_annotations,
    find_chains,
    without_annotations,
)
from rethink_gym.verifiers.steps.known_equations import KnownEquations
from rethink_gym.verifiers.steps.magnitude import read_side

__all__ = ["Finding", "check_steps", "match_reference"]

MAX_STEP_CHARS = 10_000
"""Maximum length of a step; longer ones are not checked."""
MAX_CLAIMS = 1_000
"""Maximum number of claims of a solution; further ones are not checked."""

_REWRITTEN = re.compile(
    r"written as\s*[:\"'`$“]{0,2}([^\"'`$“”\n]{1,200}?)[\"'`$”]{0,2}(?:[,.]?\s*where\b|[,.]?$)"
)
_END = re.compile(r"\s*=?\s*\??\s*$")


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of checking one step.

    Attributes:
        is_correct: False if a claim is incorrect; True if at least one claim is correct and
            none is incorrect; None if no claim could be checked.
        incorrect_claim: Text of the first incorrect claim; empty if there is no such claim.
        results: Values of the claims' last sides, in order.
    """

    is_correct: bool | None = None
    incorrect_claim: str = ""
    results: tuple[Fraction, ...] = ()


def check_steps(steps: Sequence[str], prompt: str, timeout_s: float) -> list[Finding]:
    """Check the claims of a solution's steps.

    Args:
        steps: The steps in order.
        prompt: The question. If it is a single expression to evaluate, steps that rewrite
            it ("this can be written as ...") are checked against its value.
        timeout_s: CPU time limit in seconds for all steps together.

    Returns:
        One finding per step. Steps after the time limit count as unchecked.
    """
    with limited_cpu(timeout_s):
        checker = _StepChecker(prompt)
        return [checker.check(step) for step in steps]


def match_reference(findings: Iterable[Finding], reference: Iterable[Finding]) -> list[bool]:
    """Match the results of steps with those of the reference solution.

    Args:
        findings: Findings of the steps.
        reference: Findings of the steps of the reference solution.

    Returns:
        Whether each step has a result of the reference. Each result of the reference is
        matched once; the order of the steps does not matter.
    """
    unmatched = Counter(finding.results[-1] for finding in reference if finding.results)
    is_matched = []
    for finding in findings:
        # The last result of a step that is still unmatched.
        match = next((value for value in reversed(finding.results) if unmatched[value] > 0), None)
        if match is not None:
            unmatched[match] -= 1
        is_matched.append(match is not None)
    return is_matched


class _StepChecker:
    def __init__(self, prompt: str) -> None:
        question = _END.sub("", prompt[-MAX_STEP_CHARS:].strip())
        self.goal = read_side(Side(question)).value if len(question) <= 1_000 else None
        self.equations = KnownEquations()
        self.num_claims = 0

    def check(self, step: str) -> Finding:
        if len(step) > MAX_STEP_CHARS:
            return Finding()
        verdicts: list[bool] = []
        incorrect_claim = ""
        results: list[Fraction] = []
        for text in (*find_annotations(step), without_annotations(step)):
            for chain in find_chains(text):
                self.num_claims += 1
                if self.num_claims > MAX_CLAIMS or cpu_left_s() < 0:
                    return _finding(verdicts, incorrect_claim, results)
                is_correct = self.equations.check(chain)
                value = self._last_value(chain)
                if value is not None and not chain.is_quoted:
                    results.append(value)
                if is_correct is not None:
                    verdicts.append(is_correct)
                if is_correct is False and not incorrect_claim:
                    incorrect_claim = text[chain.start : chain.end]
        rewritten = _REWRITTEN.search(step)
        if rewritten is not None and self.goal is not None:
            value = self.equations.value_of(read_side(Side(rewritten[1].strip())))
            if value is not None:
                verdicts.append(value == self.goal)
                if value != self.goal and not incorrect_claim:
                    incorrect_claim = rewritten[1].strip()
        return _finding(verdicts, incorrect_claim, results)

    def _last_value(self, chain: Chain) -> Fraction | None:
        return self.equations.value_of(read_side(chain.sides[-1]))


def _finding(verdicts: list[bool], incorrect_claim: str, results: list[Fraction]) -> Finding:
    is_correct = all(verdicts) if verdicts else None
    return Finding(is_correct, incorrect_claim, tuple(results))
