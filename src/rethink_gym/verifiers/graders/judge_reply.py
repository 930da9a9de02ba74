"""Read the number or label in a judge's reply.

The reply must end in a JSON object with the entry ``result``, with or without reasoning
before it and a code fence around it. Otherwise the whole reply must be the number or label.
A number or label elsewhere in the text is ignored, so that a judge that quotes the graded
answer is not influenced by it.
"""

import math
import re
from collections.abc import Sequence

from rethink_gym.verifiers.graders.template import read_json

__all__ = ["read_label", "read_score"]

_MAX_CHARS = 100_000
_MAX_STARTS = 200
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?")


def read_score(reply: str) -> float | None:
    """Read the number in a judge's reply.

    Args:
        reply: The reply.

    Returns:
        The number; None if there is no finite number.
    """
    result = _read_result(reply)
    if isinstance(result, str):
        text = result.strip()
        result = float(text) if _NUMBER.fullmatch(text) else None
    if isinstance(result, bool) or not isinstance(result, int | float):
        return None
    try:
        return float(result) if math.isfinite(result) else None
    except OverflowError:
        return None


def read_label(reply: str, labels: Sequence[str]) -> str | None:
    """Read the label in a judge's reply.

    Args:
        reply: The reply.
        labels: The labels to choose from.

    Returns:
        The label; None if the reply is not one of ``labels``. Case and outer blanks are
        ignored unless two labels differ only in these.
    """
    result = _read_result(reply)
    if not isinstance(result, str):
        return None
    if result in labels:
        return result
    alike = [label for label in labels if _normalized(label) == _normalized(result)]
    return alike[0] if len(alike) == 1 else None


def _read_result(reply: str) -> object:
    """Return the entry ``result`` of the final JSON object, or the whole text without one."""
    text = reply.strip()
    if len(text) > _MAX_CHARS:
        return None
    if text.endswith("```"):
        text = text[:-3].rstrip()
    if not text.endswith("}"):
        return text
    start = len(text)
    for _ in range(_MAX_STARTS):
        start = text.rfind("{", 0, start)
        if start < 0:
            return None
        try:
            final_object = read_json(text[start:])
        except ValueError:
            continue
        # The shortest object that reaches the end is complete: an inner one ends before it.
        return final_object.get("result") if isinstance(final_object, dict) else None
    return None


def _normalized(label: str) -> str:
    return label.strip().casefold()
