"""Grader that measures the similarity of two texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.grader import TOOL, Grader, RawScore, check_text
from rethink_gym.verifiers.graders.template import Context, parse_template
from rethink_gym.verifiers.text_metrics import (
    METRICS,
    TextMetricError,
    check_metric,
    text_metric,
    vector_cosine,
)

__all__ = ["Embed", "TextSimilarity"]

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Function from texts to embedding vectors, one per text."""


@dataclass(frozen=True, kw_only=True)
class TextSimilarity(Grader):
    """Scores the similarity of a text to a reference.

    For ``bleu``, ``gleu`` and ``meteor``, words are separated by white space. For ``rouge``,
    words consist of the letters a to z and digits, and case is ignored. A blank text scores
    0.

    Attributes:
        input: Template of the text, usually ``{{sample.output_text}}``.
        reference: Template of the reference text.
        evaluation_metric: Name of the metric: ``fuzzy_match`` (ratio of matching
            characters), ``bleu`` (BLEU-4, smoothed), ``gleu``, ``meteor``, ``rouge_1`` to
            ``rouge_5``, ``rouge_l`` (F1 of words), or ``cosine`` of embeddings (negative
            values are clipped). Additional to the JSON family: ``chrf`` (characters) and
            ``sacrebleu`` (sentence BLEU, as translations are scored).
        embed: Function from texts to embedding vectors, for ``cosine``.

    Raises:
        ArgumentError: If ``input`` or ``reference`` is not a template, or
            ``evaluation_metric`` is unknown.

    References:
        Papineni et al., "BLEU", 2002; Chen and Cherry, 2014, smoothing technique 1.
        Wu et al., "Google's Neural Machine Translation System", 2016, section 5.2 (GLEU).
        Lavie and Agarwal, "METEOR", 2007. Lin, "ROUGE", 2004.
    """

    type: ClassVar[str] = "text_similarity"

    input: str
    reference: str
    evaluation_metric: str
    embed: Embed | None = field(default=None, repr=False, compare=False, metadata=TOOL)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("input", self.input, is_template=True)
        check_text("reference", self.reference, is_template=True)
        check_choice("evaluation_metric", self.evaluation_metric, ("cosine", *METRICS))

    def check_ready(self) -> None:
        """Check that the metric can be computed.

        Raises:
            MissingExtraError: If the library of the metric is not installed.
            ArgumentError: If the metric is ``cosine`` and ``embed`` is missing.
        """
        if self.evaluation_metric != "cosine":
            check_metric(self.evaluation_metric)
        elif self.embed is None:
            raise argument_error(
                "embed",
                "a function from texts to vectors for evaluation_metric 'cosine'",
                None,
                "Pass it: grader_from_dict(data, embed=...).",
            )

    def score_context(self, context: Context) -> RawScore:
        """Compare the two texts."""
        text = parse_template(self.input).fill(context)
        reference = parse_template(self.reference).fill(context)
        if self.evaluation_metric == "cosine" and self.embed is not None:
            return RawScore(_cosine(self.embed, text, reference), "cosine")
        try:
            value = text_metric(self.evaluation_metric, text, reference)
        except TextMetricError as error:
            raise Failure(ErrorKind.TRUNCATED_OBSERVATION_ERROR, str(error)) from error
        return RawScore(value, self.evaluation_metric)


def _cosine(embed: Embed, text: str, reference: str) -> float:
    try:
        left, right = embed([text, reference])
        return vector_cosine([float(x) for x in left], [float(x) for x in right])
    except Exception as error:  # any error of the embedding is counted as its failure
        raise Failure(
            ErrorKind.MODEL_GRADER_SERVER_ERROR, f"the embedding failed: {error!r}"
        ) from error
