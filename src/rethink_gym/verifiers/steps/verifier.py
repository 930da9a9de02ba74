"""Verifier of worked solutions: one score per step, and the verdict of the final answer."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from statistics import fmean
from typing import TYPE_CHECKING, Any, Protocol, Self

from rethink_gym.errors import VerifierError, argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import StepScore, Verdict
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.steps.segmentation import Span, split_steps
from rethink_gym.verifiers.verifier import Verifier, read_options

if TYPE_CHECKING:
    from rethink_gym.verifiers.steps.step_checker import Finding

__all__ = ["PrefixScorer", "StepVerifier"]

SCORES = ("outcome", "steps")
MAX_CHARS = 100_000
"""Number of characters that are checked; later steps have no score."""

MAX_STEPS = 500
"""Maximum number of steps that are checked or given to a prefix scorer."""

UNMATCHED = 0.5
"""Score of a correct step without a result of the reference solution."""


class PrefixScorer(Protocol):
    """Estimates the probability that a partial solution ends in a correct answer.

    It may be a function or, typically, a learned outcome reward model.
    """

    def __call__(self, problem: Problem, prefixes: Sequence[str], /) -> Sequence[float]:
        """Score the prefixes of one solution.

        Args:
            problem: The problem.
            prefixes: The solution up to the end of each of its steps, shortest first.

        Returns:
            One probability per prefix.
        """
        ...


class StepVerifier(Verifier):
    r"""Scores every step of a worked solution.

    The claims of a step are recomputed: arithmetic (``16-3-4=9``, ``<<9*2=18>>``, chains
    ``a = b = c``, ``20% of 50 = 10``, ``3 kg + 2 kg = 5 kg``), and equations of unknowns,
    which must follow from earlier steps (``2x+3=7``, then ``2x=4``, then ``x=2``). A step
    scores 0 if a claim is incorrect, 1 if at least one claim is correct and none is
    incorrect, and None if no claim could be checked. A step that builds on an incorrect one
    is checked by itself, so that a mistake counts once. No code in the text is run, and the
    CPU time is limited.

    A correct step need not be useful: ``1+1=2`` is correct in every solution. Therefore the
    overall score is by default that of the final answer alone.

    Args:
        final: Verifier of the final answer, whose verdict is the overall verdict; a
            `MathVerifier` by default.
        score: ``"outcome"``: the score of the final answer. ``"steps"``: the mean of the
            known step scores, or the score of the final answer if no step score is known.
            This mean can be 1 although the final answer is incorrect.
        use_reference: Whether steps are matched with `Problem.solution`. A step with a
            result of the reference and without an incorrect claim scores 1; another
            correct step scores 0.5. Ignored for problems without a solution.
        prefix_scorer: Scorer of the steps without an incorrect claim; it replaces the
            scores above.
        timeout_s: CPU time limit in seconds for the steps of one solution. Steps after the
            limit have the score None.

    Raises:
        ArgumentError: If ``score`` is unknown, or ``timeout_s`` is not a number above 0.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.steps import StepVerifier
        >>> problem = Problem("eggs/0", "16 eggs, 7 eaten, the rest sold for $2 each?", "18")
        >>> verdict = StepVerifier().verify("16 - 7 = 9\n9 * 2 = 19\n#### 18", problem)
        >>> verdict.correct, [step.score for step in verdict.steps]
        (True, [1.0, 0.0, None])

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024: rewards for steps of a reference solution, and outcome reward
        models over prefixes (arXiv:2403.04642).
    """

    def __init__(
        self,
        *,
        final: Verifier | None = None,
        score: str = "outcome",
        use_reference: bool = False,
        prefix_scorer: PrefixScorer | None = None,
        timeout_s: float = 1.0,
    ) -> None:
        self.final = MathVerifier() if final is None else final
        self.score = check_choice("score", score, SCORES)
        self.use_reference = use_reference
        self.prefix_scorer = prefix_scorer
        if not (isinstance(timeout_s, int | float) and math.isfinite(timeout_s) and timeout_s > 0):
            raise argument_error("timeout_s", "a number of seconds above 0", timeout_s)
        self.timeout_s = float(timeout_s)

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify a solution given as one text.

        Args:
            answer: The solution; `split_steps` splits it into steps.
            problem: The problem.

        Returns:
            The verdict of the final answer, with the scores of all steps. Its ``detail``
            names the first step with an incorrect claim.

        Raises:
            VerifierError: If the prefix scorer does not return one number in [0, 1] per
                prefix, or ``final`` raises it.
        """
        return self._verdict(answer, split_steps(answer), problem)

    def verify_steps(self, steps: Sequence[str], problem: Problem) -> Verdict:
        """Verify a solution given as a list of steps.

        Args:
            steps: The steps in order.
            problem: The problem.

        Returns:
            The verdict, as from `verify`. Positions of steps refer to the steps joined by
            line breaks.

        Raises:
            VerifierError: As from `verify`.
        """
        ends = list(accumulate(len(step) + 1 for step in steps))
        spans = tuple(
            Span(end - 1 - len(step), end - 1) for step, end in zip(steps, ends, strict=True)
        )
        return self._verdict("\n".join(steps), spans, problem)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``.

        Raises:
            ArgumentError: If ``prefix_scorer`` is set, which cannot be written as data.
        """
        if self.prefix_scorer is not None:
            raise argument_error("prefix_scorer", "None to be written as data", self.prefix_scorer)
        return {
            "type": "steps",
            "final": self.final.to_dict(),
            "score": self.score,
            "use_reference": self.use_reference,
            "timeout_s": self.timeout_s,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If an option is unknown or its value is not allowed.
        """
        # Imported here, because that module knows all kinds of verifiers, this one included.
        from rethink_gym.verifiers import verifier_from_dict

        options = read_options(data, ("final", "score", "use_reference", "timeout_s"))
        if "final" in options:
            options["final"] = verifier_from_dict(options["final"])
        return cls(**options)

    def _verdict(self, text: str, spans: Sequence[Span], problem: Problem) -> Verdict:
        # Imported on first use, because it imports the expression parser.
        from rethink_gym.verifiers.steps.step_checker import check_steps

        checked = [span for span in spans[:MAX_STEPS] if span.end <= MAX_CHARS]
        findings = check_steps(
            [text[start:end] for start, end in checked], problem.prompt, self.timeout_s
        )
        scores = self._step_scores(findings, problem)
        if self.prefix_scorer is not None:
            prefixes = [text[: span.end] for span in checked]
            estimates = _checked_estimates(self.prefix_scorer(problem, prefixes), len(checked))
            scores = [
                0.0 if score == 0.0 else estimate
                for score, estimate in zip(scores, estimates, strict=True)
            ]
        scores += [None] * (len(spans) - len(checked))
        final = self.final.verify(text, problem)
        known = [score for score in scores if score is not None]
        details = [final.detail] if final.detail else []
        for number, finding in enumerate(findings, start=1):
            if finding.is_correct is False:
                details.append(f"step {number} is incorrect: {finding.incorrect_claim}")
                break
        return Verdict(
            fmean(known) if self.score == "steps" and known else final.score,
            final.correct,
            final.reason,
            final.answer,
            "; ".join(details),
            tuple(
                StepScore(span.start, span.end, score)
                for span, score in zip(spans, scores, strict=True)
            ),
            final.feedback,
            final.isolation,
        )

    def _step_scores(self, findings: "Sequence[Finding]", problem: Problem) -> list[float | None]:
        """Return the scores of the steps, without the prefix scorer."""
        plain: list[float | None] = [
            None if finding.is_correct is None else float(finding.is_correct)
            for finding in findings
        ]
        if not self.use_reference or problem.solution is None:
            return plain
        from rethink_gym.verifiers.steps.step_checker import match_reference

        reference = _check_reference(problem.solution, problem.prompt, self.timeout_s)
        scores: list[float | None] = []
        for score, is_matched in zip(plain, match_reference(findings, reference), strict=True):
            if score != 0.0 and is_matched:
                scores.append(1.0)
            else:
                scores.append(UNMATCHED if score == 1.0 else score)
        return scores


@lru_cache(maxsize=1024)
def _check_reference(solution: str, prompt: str, timeout_s: float) -> "tuple[Finding, ...]":
    """Check a reference solution; cached, because it is needed once per step of an episode."""
    from rethink_gym.verifiers.steps.step_checker import check_steps

    solution = solution[:MAX_CHARS]
    steps = [solution[start:end] for start, end in split_steps(solution)]
    return tuple(check_steps(steps, prompt, timeout_s))


def _checked_estimates(estimates: Sequence[float], num_prefixes: int) -> list[float]:
    """Check the values of a prefix scorer before they become rewards."""
    values = [float(estimate) for estimate in estimates]
    if len(values) != num_prefixes:
        raise VerifierError(
            f"prefix_scorer must return one score per prefix ({num_prefixes}), got {len(values)}."
        )
    for value in values:
        if not 0.0 <= value <= 1.0:
            raise VerifierError(f"prefix_scorer must return numbers in [0, 1], got {value!r}.")
    return values
