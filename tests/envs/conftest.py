"""What the tests of the environments share."""

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def gsm8k_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out like GSM8K, with problems of our own."""
    folder = tmp_path_factory.mktemp("gsm8k")
    for split, num_rows in {"train": 60, "test": 5}.items():
        rows = [
            {
                "question": f"Ann has {number} {split} apples and buys 1,000 more. How many?",
                "answer": f"She has {number}+1000={number + 1000}.\n#### {number + 1000:,}",
            }
            for number in range(num_rows)
        ]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")
    return folder
