"""Judges a text by how alike it is to a reference, as summaries and translations are."""

from collections.abc import Mapping
from typing import Any, Self

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.graders.grade import Failure
from rethink_gym.verifiers.text_metrics import METRICS, check_metric, text_metric
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["SimilarityVerifier"]


class SimilarityVerifier(Verifier):
    """Scores the whole answer by how alike it is to the gold text.

    Args:
        metric: ``"rouge_1"`` to ``"rouge_5"``, ``"rouge_l"``, ``"chrf"``, ``"sacrebleu"``
            or another of the metrics of `TextSimilarity`, all in [0, 1]. Of texts of one
            sentence ``rouge_l`` and ROUGE-Lsum are the same.
        threshold: From which score on an answer counts as correct, in (0, 1].

    Raises:
        ArgumentError: If an argument is not what it must be.
        MissingExtraError: If the library of the metric is not installed.

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
        """Judge one answer.

        Args:
            answer: What the agent said, all of it.
            problem: The problem it answers; its gold answer is the reference.

        Returns:
            The verdict; its score is the metric.
        """
        said = answer.strip()
        if not said:
            return Verdict(0.0, False, Reason.NO_ANSWER, None, "the answer is empty")
        try:
            score = text_metric(self.metric, said, problem.gold)
        except Failure as failure:  # a text too long to compare
            return Verdict(0.0, False, Reason.OVER_LIMIT, None, failure.detail)
        correct = score >= self.threshold
        return Verdict(
            score=score,
            correct=correct,
            reason=Reason.EQUAL if correct else Reason.DIFFERENT,
            answer=said,
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
            ArgumentError: If an option is unknown or not what it must be.
            MissingExtraError: If the library of the metric is not installed.
        """
        return cls(**read_options(data, ("metric", "threshold")))
