"""The grader that measures how alike two texts are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.grader import TOOL, Grader, Judged, check_text
from rethink_gym.verifiers.graders.template import Context, parse_template
from rethink_gym.verifiers.text_metrics import METRICS, check_metric, text_metric, vector_cosine

__all__ = ["Embed", "TextSimilarity"]

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Gives one vector for each of some texts."""


@dataclass(frozen=True, kw_only=True)
class TextSimilarity(Grader):
    """Scores how alike a text is to a reference.

    Words are what stands between spaces for ``bleu``, ``gleu`` and ``meteor``, and runs of
    the letters a to z and digits, whatever their case, for ``rouge``. An empty text scores 0.

    Attributes:
        input: Template of the text, usually ``{{sample.output_text}}``.
        reference: Template of what it should be like.
        evaluation_metric: ``fuzzy_match`` (shares of equal letters, in order), ``bleu``
            (up to four words, smoothed), ``gleu``, ``meteor``, ``rouge_1`` to ``rouge_5``,
            ``rouge_l`` (F1 of words), or ``cosine`` of embeddings (below 0 is clipped); of
            our own besides the known ones ``chrf`` (letters) and ``sacrebleu`` (BLEU of
            sentences as translations are scored).
        embed: What gives the vectors for ``cosine``.

    Raises:
        ArgumentError: If a field is not what it must be.

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
        """Check that the metric can be computed here.

        Raises:
            MissingExtraError: If its library is not installed.
            ArgumentError: If ``cosine`` has no embedding.
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

    def judge_context(self, context: Context) -> Judged:
        """Compare the two texts."""
        text = parse_template(self.input).fill(context)
        reference = parse_template(self.reference).fill(context)
        if self.evaluation_metric == "cosine" and self.embed is not None:
            return Judged(_cosine(self.embed, text, reference), "cosine")
        return Judged(text_metric(self.evaluation_metric, text, reference), self.evaluation_metric)


def _cosine(embed: Embed, text: str, reference: str) -> float:
    try:
        left, right = embed([text, reference])
        return vector_cosine([float(x) for x in left], [float(x) for x in right])
    except Exception as error:  # whatever the embedding raises is its failure, and counted
        raise Failure(
            ErrorKind.MODEL_GRADER_SERVER_ERROR, f"the embedding failed: {error!r}"
        ) from error
