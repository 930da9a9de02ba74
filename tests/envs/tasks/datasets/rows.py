"""Rows of data sets of texts, and files that hold them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["BOXED", "CANDY", "NEWS", "PAIR", "POST", "write"]

CANDY = {
    "Body": "Dan had $ 3 left with him after he bought a candy bar. If he had $ 4 at the start",
    "Question": "How much did the candy bar cost?",
    "Equation": "( 4.0 - 3.0 )",
    "Answer": 1.0,
    "Type": "Subtraction",
}
BOXED = {
    "problem": "What is $2^3$?",
    "level": "Level 2",
    "type": "Algebra",
    "solution": "It is $2\\cdot2\\cdot2=\\boxed{8}$.",
}
NEWS = {"document": "A cat sat on a mat.\nIt was red.", "summary": "A cat sat."}
POST = {"prompt": "POST: I like tea.\nTL;DR:", "completion": " Tea is good."}
PAIR = {"en": "I like tea.", "de": "Ich mag Tee."}


def write(path: Path, *rows: Mapping[str, Any]) -> Path:
    """Write rows as JSON lines, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
