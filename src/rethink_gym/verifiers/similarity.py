"""Verifier of summaries and translations: similarity of a text to a reference text."""

from collections.abc import Mapping
from typing import Any, Self

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.text_metrics import (
    METRICS,
    TextMetricError,
    check_metric,
    text_metric,
)
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["SimilarityVerifier"]


class SimilarityVerifier(Verifier):
    """Scores the whole answer by its similarity to the gold text.

    Args:
        metric: Name of the metric: ``"rouge_1"`` to ``"rouge_5"``, ``"rouge_l"``,
            ``"chrf"``, ``"sacrebleu"`` or another one of `METRICS`; all are in [0, 1]. For
            texts of one sentence, ``rouge_l`` equals ROUGE-Lsum.
        threshold: Minimum score of a correct answer, in (0, 1].

    Raises:
        ArgumentError: If ``metric`` is unknown, or ``threshold`` is not in (0, 1].
        MissingExtraError: If the library of the metric is not installed.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.similarity import SimilarityVerifier
        >>> problem = Problem("summary/0", "Summarize: ...", "the cat sat on the mat")
        >>> verdict = SimilarityVerifier("rouge_1").verify("the cat sat", problem)
        >>> round(verdict.score, 4), verdict.correct
        (0.6667, False)

    References:
        Lin, "ROUGE", 2004. Popović, "chrF", 2015. Post, "A Call for Clarity in Reporting
        BLEU Scores", 2018 (sacrebleu).
    """

    def __init__(self, metric: str = "rouge_l", *, threshold: float = 1.0) -> None:
        self.metric = check_choice("metric", metric, METRICS)
        is_number = isinstance(threshold, int | float) and not isinstance(threshold, bool)
        if not (is_number and 0.0 < threshold <= 1.0):
            raise argument_error("threshold", "a number above 0 and at most 1", threshold)
        self.threshold = float(threshold)
        check_metric(metric)

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Score one answer.

        Args:
            answer: The answer; all of it is compared.
            problem: The problem; its gold answer is the reference text.

        Returns:
            The verdict; its score is the value of the metric.
        """
        text = answer.strip()
        if not text:
            return Verdict(0.0, False, Reason.NO_ANSWER, None, "the answer is empty")
        try:
            score = text_metric(self.metric, text, problem.gold)
        except TextMetricError as error:
            return Verdict(0.0, False, Reason.OVER_LIMIT, None, str(error))
        correct = score >= self.threshold
        return Verdict(
            score=score,
            correct=correct,
            reason=Reason.EQUAL if correct else Reason.DIFFERENT,
            answer=text,
            detail=f"{self.metric} {score:.4f}; the reference is {problem.gold!r}",
            feedback="" if correct else f"The {self.metric} of the text is {score:.2f} of 1.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data."""
        return {"type": "similarity", "metric": self.metric, "threshold": self.threshold}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned.

        Raises:
            ArgumentError: If an option is unknown or its value is not allowed.
            MissingExtraError: If the library of the metric is not installed.
        """
        return cls(**read_options(data, ("metric", "threshold")))
