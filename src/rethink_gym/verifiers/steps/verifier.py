"""The verifier of worked solutions: one score per step, and one for the answer."""

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
"""Steps that end beyond are not checked."""

MAX_STEPS = 500
"""Further steps are neither checked nor given to a prefix scorer."""

UNMATCHED = 0.5
"""The score of a step that is right, and leads to no result of the reference."""


class PrefixScorer(Protocol):
    """Says how likely a solution that begins so is to end well.

    A function will do; a learned outcome reward model is the usual one.
    """

    def __call__(self, problem: Problem, prefixes: Sequence[str], /) -> Sequence[float]:
        """Score the beginnings of one solution.

        Args:
            problem: The problem that it answers.
            prefixes: The solution up to the end of each of its steps, shortest first.

        Returns:
            One number in [0, 1] per prefix.
        """
        ...


class StepVerifier(Verifier):
    r"""Scores every step of a worked solution.

    What a step claims is worked out anew: arithmetic (``16-3-4=9``,
    ``<<9*2=18>>``, chains ``a = b = c``, ``20% of 50 = 10``, ``3 kg + 2 kg = 5 kg``),
    and equations between names, which must follow from what the steps before said of
    them (``2x+3=7``, then ``2x=4``, then ``x=2``). A step scores 0 if it claims
    something wrong, 1 if something right and nothing wrong, and None if nothing in
    it could be checked. A step built on a wrong one is judged by itself: a mistake
    counts where it is made. Nothing that the text says is run, and the time that
    it takes is bounded.

    A confirmed step is not yet a good one, since ``1+1=2`` is right wherever it
    stands. So the overall score is by default that of the final answer alone.

    Args:
        final: Judges the final answer; the overall verdict is its verdict.
        score: ``"outcome"``: the score of the final answer. ``"steps"``: the mean of
            the steps whose score is known, and that of the answer if there are none.
        use_reference: Whether steps are matched with `Problem.solution`: a step that
            comes to a result of the reference scores 1, if nothing in it is wrong,
            and a confirmed one that does not scores 0.5. Without a solution, nothing
            changes.
        prefix_scorer: Scores the steps in which nothing is wrong, in the place of all
            the above.
        timeout_s: CPU seconds for the steps of one solution; those that no time is
            left for score None.

    Raises:
        ArgumentError: If an argument is out of its range.

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
        """Judge a solution that is one text.

        Args:
            answer: The solution, as `split_steps` splits it.
            problem: The problem it answers.

        Returns:
            The verdict of the final answer, with the scores of all steps; its
            ``detail`` names the first step with a wrong claim.

        Raises:
            VerifierError: If the prefix scorer does not return one number in [0, 1]
                per prefix, or the final verifier is broken.
        """
        return self._verdict(answer, split_steps(answer), problem)

    def verify_steps(self, steps: Sequence[str], problem: Problem) -> Verdict:
        """Judge a solution whose steps are known.

        Args:
            steps: The steps in order.
            problem: The problem they answer.

        Returns:
            The verdict, as of `verify`; places are those in the steps joined by line
            breaks.

        Raises:
            VerifierError: As of `verify`.
        """
        ends = list(accumulate(len(step) + 1 for step in steps))
        spans = tuple(
            Span(end - 1 - len(step), end - 1) for step, end in zip(steps, ends, strict=True)
        )
        return self._verdict("\n".join(steps), spans, problem)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``.

        Raises:
            ArgumentError: If there is a prefix scorer, which is no plain data.
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
            ArgumentError: If there is an option that is not known.
        """
        # The dispatch over all kinds knows this one, so it is looked up only now.
        from rethink_gym.verifiers import verifier_from_dict

        options = read_options(data, ("final", "score", "use_reference", "timeout_s"))
        if "final" in options:
            options["final"] = verifier_from_dict(options["final"])
        return cls(**options)

    def _verdict(self, text: str, spans: Sequence[Span], problem: Problem) -> Verdict:
        # Loaded when first needed: it takes the parser of expressions.
        from rethink_gym.verifiers.steps.step_checker import judge_steps

        checked = [span for span in spans[:MAX_STEPS] if span.end <= MAX_CHARS]
        found = judge_steps(
            [text[start:end] for start, end in checked], problem.prompt, self.timeout_s
        )
        scores = self._scores(found, problem)
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
        wrong = next((n for n, finding in enumerate(found) if finding.is_correct is False), None)
        details = [final.detail] if final.detail else []
        if wrong is not None:
            details.append(f"step {wrong + 1} is wrong: {found[wrong].wrong}")
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

    def _scores(self, found: "Sequence[Finding]", problem: Problem) -> list[float | None]:
        """Turn findings into scores."""
        plain: list[float | None] = [
            None if finding.is_correct is None else float(finding.is_correct) for finding in found
        ]
        if not self.use_reference or problem.solution is None:
            return plain
        from rethink_gym.verifiers.steps.step_checker import are_matched

        reference = _judge_reference(problem.solution, problem.prompt, self.timeout_s)
        return [
            score if score == 0.0 else 1.0 if is_matched else UNMATCHED if score else None
            for score, is_matched in zip(plain, are_matched(found, reference), strict=True)
        ]


@lru_cache(maxsize=1024)
def _judge_reference(solution: str, prompt: str, timeout_s: float) -> "tuple[Finding, ...]":
    """Judge the steps of a reference; a solution that grows step by step asks often."""
    from rethink_gym.verifiers.steps.step_checker import judge_steps

    solution = solution[:MAX_CHARS]
    steps = [solution[start:end] for start, end in split_steps(solution)]
    return tuple(judge_steps(steps, prompt, timeout_s))


def _checked_estimates(estimates: Sequence[float], num_prefixes: int) -> list[float]:
    """Check what a prefix scorer returned; it is not to be trusted with rewards unseen."""
    values = [float(estimate) for estimate in estimates]
    if len(values) != num_prefixes:
        raise VerifierError(
            f"prefix_scorer must return one score per prefix ({num_prefixes}), got {len(values)}."
        )
    for value in values:
        if not 0.0 <= value <= 1.0:
            raise VerifierError(f"prefix_scorer must return numbers in [0, 1], got {value!r}.")
    return values
