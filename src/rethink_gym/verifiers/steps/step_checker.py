"""Judges the steps of one solution, one after the other."""

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
from rethink_gym.verifiers.steps.known_equations import Ledger
from rethink_gym.verifiers.steps.magnitude import read_side

__all__ = ["Finding", "are_matched", "judge_steps"]

MAX_STEP_CHARS = 10_000
MAX_CLAIMS = 1_000
"""Of one solution; what is claimed beyond is not checked."""

_REWRITTEN = re.compile(
    r"written as\s*[:\"'`$“]{0,2}([^\"'`$“”\n]{1,200}?)[\"'`$”]{0,2}(?:[,.]?\s*where\b|[,.]?$)"
)
_END = re.compile(r"\s*=?\s*\??\s*$")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one step.

    Attributes:
        is_correct: False if it claims something wrong, True if something right and
            nothing wrong; None if nothing could be checked.
        wrong: The first wrong claim, as it is written; empty if there is none.
        results: What the claims of the step come to, in order.
    """

    is_correct: bool | None = None
    wrong: str = ""
    results: tuple[Fraction, ...] = ()


def judge_steps(steps: Sequence[str], prompt: str, timeout_s: float) -> list[Finding]:
    """Judge the steps of a solution by what they claim.

    Args:
        steps: The steps in order.
        prompt: The question. If it is one expression to work out, a step that says
            how this can be written is checked against it.
        timeout_s: CPU seconds for all of them together.

    Returns:
        One finding per step; steps that no time was left for have none.
    """
    with limited_cpu(timeout_s):
        judge = _Judge(prompt)
        return [judge.judge(step) for step in steps]


def are_matched(findings: Iterable[Finding], reference: Iterable[Finding]) -> list[bool]:
    """Tell which steps come to a result of the reference solution.

    Args:
        findings: Those of the steps.
        reference: Those of the steps of the reference.

    Returns:
        One truth value per step. A result that the reference has once is matched
        once; the order of the steps does not matter.
    """
    left = Counter(finding.results[-1] for finding in reference if finding.results)
    matched = []
    for finding in findings:
        found = next((value for value in reversed(finding.results) if left[value] > 0), None)
        if found is not None:
            left[found] -= 1
        matched.append(found is not None)
    return matched


class _Judge:
    def __init__(self, prompt: str) -> None:
        question = _END.sub("", prompt[-MAX_STEP_CHARS:].strip())
        self.goal = read_side(Side(question)).value if len(question) <= 1_000 else None
        self.ledger = Ledger()
        self.num_claims = 0

    def judge(self, step: str) -> Finding:
        if len(step) > MAX_STEP_CHARS:
            return Finding()
        verdicts: list[bool] = []
        wrong = ""
        results: list[Fraction] = []
        for text in (*find_annotations(step), without_annotations(step)):
            for chain in find_chains(text):
                self.num_claims += 1
                if self.num_claims > MAX_CLAIMS or cpu_left_s() < 0:
                    return _finding(verdicts, wrong, results)
                is_correct = self.ledger.judge(chain)
                value = self._result(chain)
                if value is not None and not chain.is_quoted:
                    results.append(value)
                if is_correct is not None:
                    verdicts.append(is_correct)
                if is_correct is False and not wrong:
                    wrong = text[chain.start : chain.end]
        rewritten = _REWRITTEN.search(step)
        if rewritten is not None and self.goal is not None:
            value = self.ledger.value_of(read_side(Side(rewritten[1].strip())))
            if value is not None:
                verdicts.append(value == self.goal)
                if value != self.goal and not wrong:
                    wrong = rewritten[1].strip()
        return _finding(verdicts, wrong, results)

    def _result(self, chain: Chain) -> Fraction | None:
        return self.ledger.value_of(read_side(chain.sides[-1]))


def _finding(verdicts: list[bool], wrong: str, results: list[Fraction]) -> Finding:
    is_correct = all(verdicts) if verdicts else None
    return Finding(is_correct, wrong, tuple(results))
