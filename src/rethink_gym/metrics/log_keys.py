"""Registry of the metrics that tables, figures and the progress bar show."""

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["LOG_KEYS", "Group", "LogKey", "Unit", "split_log_key"]

Group = Literal["turns", "samples", "exploration", "training"]
"""Section of a table: metrics of turns, of several samples, of their variety, of training."""

Unit = Literal["fraction", "number", "nats per message", "nats per token", "nats"]
"""Unit of a metric. A fraction is in [0, 1], or in [-1, 1] for a difference."""

# A turn or a number of samples at the end of a name, and what may follow it:
# accuracy@t1, pass@8, kl_t1, kl_t1_reference_k.
_INDEX = re.compile(r"[@_](?P<index>t\d+|(?<=@)\d+)(?:_(?P<variant>\w+))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """One metric, which may be measured per turn or per number of samples.

    Attributes:
        name: Name without group, turn and number of samples, such as ``"accuracy"`` of
            ``"train/accuracy@t1"``.
        group: Section of tables that shows the metric.
        unit: Unit of the value.
        description: Meaning of the value, as half a sentence.
        symbol: Short form in tables and figures; the name if empty.
        short: Text before the number of a turn in the progress bar, as in ``t1``; if empty,
            the bar shows the symbol and the turn, as in ``KL@t1``.
        digits: Digits after the point in the progress bar.
    """

    name: str
    group: Group
    unit: Unit
    description: str
    symbol: str = ""
    short: str = ""
    digits: int = 2


_LOG_KEYS = (
    LogKey(
        name="accuracy",
        group="turns",
        unit="fraction",
        description="fraction of problems with a correct answer at this turn",
        short="t",
    ),
    LogKey(
        name="solved",
        group="turns",
        unit="fraction",
        description="fraction of problems with a correct answer at the end of the steps",
    ),
    LogKey(
        name="delta",
        group="turns",
        unit="fraction",
        description="accuracy of the last turn minus accuracy of the first",
        symbol="Δ",
    ),
    LogKey(
        name="i_to_c",
        group="turns",
        unit="fraction",
        description="first answer incorrect, last answer correct; fraction of all problems",
        symbol="i→c",
    ),
    LogKey(
        name="c_to_i",
        group="turns",
        unit="fraction",
        description="first answer correct, last answer incorrect; fraction of all problems",
        symbol="c→i",
    ),
    LogKey(
        name="changed",
        group="turns",
        unit="fraction",
        description="fraction of later answers that differ from the answer before",
    ),
    LogKey(
        name="edit_ratio",
        group="turns",
        unit="fraction",
        description="edit distance between consecutive messages, divided by the sum of their "
        "lengths",
    ),
    LogKey(
        name="reward",
        group="training",
        unit="number",
        description="total reward per episode",
    ),
    LogKey(
        name="loss",
        group="training",
        unit="number",
        description="loss that is minimized, averaged over the update",
        digits=3,
    ),
    LogKey(
        name="kl",
        group="training",
        unit="nats per message",
        description="KL divergence from the reference policy",
        symbol="KL",
    ),
    LogKey(
        name="entropy",
        group="training",
        unit="nats per token",
        description="entropy of the policy at the tokens that are trained on",
        symbol="H",
    ),
    LogKey(
        name="stage",
        group="training",
        unit="number",
        description="training stage, counted from 1",
        digits=0,
    ),
    LogKey(
        name="pass",
        group="samples",
        unit="fraction",
        description="probability that one of k samples is correct (unbiased estimate)",
    ),
    LogKey(
        name="maj",
        group="samples",
        unit="fraction",
        description="fraction of problems whose most frequent answer among k samples is correct",
    ),
    LogKey(
        name="rerank",
        group="samples",
        unit="fraction",
        description="fraction of problems whose best scored sample of k is correct",
    ),
    LogKey(
        name="distinct_answers",
        group="exploration",
        unit="number",
        description="number of different answers among the samples of a problem",
    ),
    LogKey(
        name="distinct_right",
        group="exploration",
        unit="number",
        description="number of different texts with a correct answer",
        symbol="distinct correct",
    ),
    LogKey(
        name="distinct_solutions",
        group="exploration",
        unit="number",
        description="number of different correct solutions, in canonical form",
    ),
    LogKey(
        name="coverage",
        group="exploration",
        unit="fraction",
        description="fraction of all correct solutions of a problem that the samples contain",
    ),
    LogKey(
        name="answer_entropy",
        group="exploration",
        unit="nats",
        description="entropy of the answers to a problem",
    ),
    LogKey(
        name="effective_number",
        group="exploration",
        unit="number",
        description="number of equally frequent answers with the same entropy",
        symbol="effective answers",
    ),
    LogKey(
        name="distinct_1",
        group="exploration",
        unit="fraction",
        description="distinct words among all words of the samples of a problem",
        symbol="distinct-1",
    ),
    LogKey(
        name="distinct_2",
        group="exploration",
        unit="fraction",
        description="distinct pairs of words among all pairs in the samples of a problem",
        symbol="distinct-2",
    ),
    LogKey(
        name="self_bleu",
        group="exploration",
        unit="fraction",
        description="Self-BLEU: mean BLEU of each sample with all others as references",
        symbol="Self-BLEU",
    ),
    LogKey(
        name="token_entropy",
        group="exploration",
        unit="nats per token",
        description="entropy per token, estimated from the sampled tokens",
    ),
)

LOG_KEYS = {key.name: key for key in _LOG_KEYS}
"""Every metric that is shown, by its name."""


def split_log_key(name: str) -> tuple[str, str, str]:
    """Split the name of a metric into its parts.

    Args:
        name: Name as logged or as in `Evaluation.values`, with or without ``"train/"``.

    Returns:
        The name in `LOG_KEYS`; the turn or the number of samples, such as ``"t1"``, or an
        empty string; and the variant after it, such as ``"reference_k"``, or an empty string.
    """
    plain = name.rpartition("/")[2]
    match = None if plain in LOG_KEYS else _INDEX.search(plain)
    if match is None:
        return plain, "", ""
    return plain[: match.start()], match["index"], match["variant"] or ""
