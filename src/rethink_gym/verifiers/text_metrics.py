"""Text metrics: BLEU, GLEU, METEOR, ROUGE, chrF, fuzzy matching; each is in [0, 1].

Fuzzy matching comes from rapidfuzz; BLEU, GLEU and METEOR from nltk; chrF and the BLEU of
translations from sacrebleu; the tokens and n-gram scores of ROUGE from rouge-score. The
longest common subsequence of ``rouge_l`` comes from rapidfuzz, because the table of
rouge-score needs memory in proportion to the product of both lengths.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from rethink_gym.errors import MissingExtraError

__all__ = [
    "MAX_CHARS",
    "METRICS",
    "TextMetricError",
    "check_metric",
    "text_metric",
    "vector_cosine",
]

MAX_CHARS = 100_000
"""Maximum length of a text that is compared."""
_MAX_WORD_CHARS = 100
"""Maximum length of a word for METEOR; time and depth of its stemmer grow with the length."""

_HELP = "Install it by `pip install 'rethink-gym[graders]'`."


class TextMetricError(ValueError):
    """A text is too long to be compared; the message says which limit it exceeds."""


def check_metric(name: str) -> None:
    """Check that the library of a metric is installed.

    Args:
        name: One of `METRICS`.

    Raises:
        MissingExtraError: If its library, or the word list of METEOR, is not installed.
    """
    if name == "meteor":
        _wordnet()
    elif name.startswith("rouge"):
        _rouge()
        _rapidfuzz()
    elif name == "fuzzy_match":
        _rapidfuzz()
    elif name in ("chrf", "sacrebleu"):
        _sacrebleu()
    else:
        _nltk()


def text_metric(name: str, text: str, reference: str) -> float:
    """Return the similarity of a text to a reference.

    Args:
        name: Name of the metric, one of `METRICS`.
        text: The text.
        reference: The reference text.

    Returns:
        The similarity, in [0, 1]; 0 if one of the texts is blank. Equal texts score 1, with
        two exceptions. ROUGE counts words of the letters a to z and digits only, and
        ``rouge_n`` is 0 for texts of fewer than n of them. METEOR has a penalty for
        fragmentation, which leaves ``1 - 0.5 / m**3`` for m words.

    Raises:
        MissingExtraError: If the library of the metric, or the word list of METEOR, is not
            installed.
        TextMetricError: If ``text`` or ``reference`` has more than `MAX_CHARS` characters,
            or, for METEOR, a word of more than 100 characters.
    """
    if max(len(text), len(reference)) > MAX_CHARS:
        raise TextMetricError(f"a text is longer than {MAX_CHARS:,} characters")
    if not (text.strip() and reference.strip()):
        return 0.0
    return float(METRICS[name](text, reference))


def vector_cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the cosine similarity of two vectors.

    Args:
        left: One vector, not zero.
        right: Another vector of the same length, not zero.

    Returns:
        The cosine of the angle between them, in [-1, 1].

    Raises:
        ValueError: If the lengths differ, or a vector is zero or not finite.
    """
    if len(left) != len(right):
        raise ValueError(f"vectors of {len(left)} and {len(right)} numbers")
    sizes = math.hypot(*left), math.hypot(*right)
    if not all(0 < size < math.inf for size in sizes):
        raise ValueError("a vector is zero or not finite")
    product = math.fsum((a / sizes[0]) * (b / sizes[1]) for a, b in zip(left, right, strict=True))
    return min(max(product, -1.0), 1.0)


def _fuzzy_match(text: str, reference: str) -> float:
    return float(_rapidfuzz().fuzz.ratio(text, reference)) / 100


def _bleu(text: str, reference: str) -> float:
    """Return sentence BLEU-4, of lower order for shorter texts, with smoothing method 1."""
    bleu = _nltk().translate.bleu_score
    smoothing = bleu.SmoothingFunction().method1
    words = text.split()
    return float(
        bleu.sentence_bleu(
            [reference.split()], words, smoothing_function=smoothing, auto_reweigh=True
        )
    )


def _gleu(text: str, reference: str) -> float:
    return float(_nltk().translate.gleu_score.sentence_gleu([reference.split()], text.split()))


def _meteor(text: str, reference: str) -> float:
    wordnet = _wordnet()
    words, reference_words = text.split(), reference.split()
    if max(map(len, words + reference_words)) > _MAX_WORD_CHARS:
        raise TextMetricError(f"a word is longer than {_MAX_WORD_CHARS} characters")
    score = _nltk().translate.meteor_score.single_meteor_score
    return float(score(reference_words, words, wordnet=wordnet))


def _chrf(text: str, reference: str) -> float:
    return min(float(_sacrebleu().sentence_chrf(text, [reference]).score) / 100, 1.0)


def _sacrebleu_bleu(text: str, reference: str) -> float:
    """Return sentence BLEU with the tokenization of sacrebleu, the standard for translation."""
    return min(float(_sacrebleu().sentence_bleu(text, [reference]).score) / 100, 1.0)


def _rouge_n(order: int) -> Callable[[str, str], float]:
    def rouge_n(text: str, reference: str) -> float:
        name = f"rouge{order}"
        score = _rouge().RougeScorer([name]).score(reference, text)
        return float(score[name].fmeasure)

    return rouge_n


def _rouge_l(text: str, reference: str) -> float:
    tokenize = _rouge().tokenizers.DefaultTokenizer(use_stemmer=False).tokenize
    words, reference_words = tokenize(text), tokenize(reference)
    if not (words and reference_words):
        return 0.0
    common = _rapidfuzz().distance.LCSseq.similarity(words, reference_words)
    return float(2 * common / (len(words) + len(reference_words)))


METRICS: dict[str, Callable[[str, str], float]] = {
    "fuzzy_match": _fuzzy_match,
    "bleu": _bleu,
    "gleu": _gleu,
    "meteor": _meteor,
    **{f"rouge_{order}": _rouge_n(order) for order in range(1, 6)},
    "rouge_l": _rouge_l,
    "chrf": _chrf,
    "sacrebleu": _sacrebleu_bleu,
}
"""The metrics by name: functions of a text and a reference."""


@lru_cache(maxsize=1)
def _rapidfuzz() -> Any:
    try:
        import rapidfuzz
        import rapidfuzz.distance
    except ImportError as error:
        raise MissingExtraError(f"fuzzy_match and rouge need rapidfuzz. {_HELP}") from error
    return rapidfuzz


@lru_cache(maxsize=1)
def _nltk() -> Any:
    try:
        import nltk
        import nltk.translate.bleu_score
        import nltk.translate.gleu_score
        import nltk.translate.meteor_score
    except ImportError as error:
        raise MissingExtraError(f"bleu, gleu and meteor need nltk. {_HELP}") from error
    return nltk


@lru_cache(maxsize=1)
def _sacrebleu() -> Any:
    try:
        import sacrebleu
    except ImportError as error:
        raise MissingExtraError(f"chrf and sacrebleu need sacrebleu. {_HELP}") from error
    return sacrebleu


@lru_cache(maxsize=1)
def _rouge() -> Any:
    try:
        from rouge_score import rouge_scorer
    except ImportError as error:
        raise MissingExtraError(
            f"rouge_1 to rouge_5 and rouge_l need rouge-score. {_HELP}"
        ) from error
    return rouge_scorer


@lru_cache(maxsize=1)
def _wordnet() -> Any:
    wordnet = _nltk().corpus.wordnet
    try:
        wordnet.ensure_loaded()
    except LookupError as error:
        raise MissingExtraError(
            "meteor needs the word list WordNet, which is not part of nltk. "
            "Download it once by `python -m nltk.downloader wordnet`, or put it into a folder "
            "that the variable NLTK_DATA names."
        ) from error
    return wordnet
