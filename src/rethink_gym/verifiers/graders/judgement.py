"""Reads what a judge said: a number, or one of some labels.

A judgement is a JSON object that ends the text and holds ``result``, alone or behind the
judge's thoughts and in a fence or not; or the text is nothing but the number or label.
What merely stands somewhere in the text is not taken: a judge that quotes the answer it
judges must not be led by it.
"""

import math
import re
from collections.abc import Sequence

from rethink_gym.verifiers.graders.template import read_json

__all__ = ["read_label", "read_score"]

_MAX_CHARS = 100_000
_MAX_STARTS = 200
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?")


def read_score(said: str) -> float | None:
    """Read the number that a judge gave.

    Args:
        said: What it said.

    Returns:
        The number, of any size; None if there is none, or it is not finite.
    """
    result = _result(said)
    if isinstance(result, str):
        text = result.strip()
        result = float(text) if _NUMBER.fullmatch(text) else None
    if isinstance(result, bool) or not isinstance(result, int | float):
        return None
    try:
        return float(result) if math.isfinite(result) else None
    except OverflowError:
        return None


def read_label(said: str, labels: Sequence[str]) -> str | None:
    """Read the label that a judge chose.

    Args:
        said: What it said.
        labels: The labels it had to choose from.

    Returns:
        The label; None if there is none of them. Capitals and spaces around it make no
        difference unless labels differ in these only.
    """
    result = _result(said)
    if not isinstance(result, str):
        return None
    if result in labels:
        return result
    alike = [label for label in labels if _plain(label) == _plain(result)]
    return alike[0] if len(alike) == 1 else None


def _result(said: str) -> object:
    """Return what the judgement says, or None; a text that is no object is the result."""
    text = said.strip()
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
            judgement = read_json(text[start:])
        except ValueError:
            continue
        # The shortest object that reaches the end is the whole: one cannot end within another.
        return judgement.get("result") if isinstance(judgement, dict) else None
    return None


def _plain(label: str) -> str:
    return label.strip().casefold()
