"""How well the step verifier finds the first incorrect step and accepts correct ones.

    RETHINK_DATA_DIR=... python benchmarks/step_verifier.py

needs ``bigbench-mistake/multistep_arithmetic.jsonl`` (WHGTyen/BIG-Bench-Mistake:
solutions whose first incorrect step is marked by people) and ``gsm8k/train.jsonl`` and
``test.jsonl`` (openai/grade-school-math: gold solutions with calculator annotations)
and its ``example_model_solutions.jsonl`` (attempts of four models, labelled by their
answers), and ``math500/test.jsonl`` (gold solutions in LaTeX) in that folder.
"""

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from record import write_record
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.steps import StepVerifier

MODELS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")
ANNOTATION = re.compile("<<[^>]*>>")


def main() -> None:
    """Measure, print a table and write the record."""
    folder = os.environ.get("RETHINK_DATA_DIR")
    if not folder:
        sys.exit("Set RETHINK_DATA_DIR to the folder that holds bigbench-mistake/ and gsm8k/.")
    verifier = StepVerifier()
    figures = {
        "multistep arithmetic": located(verifier, Path(folder) / "bigbench-mistake"),
        "GSM8K gold solutions": confirmed(verifier, Path(folder) / "gsm8k"),
        "GSM8K attempts of models": attempted(verifier, Path(folder) / "gsm8k"),
        "MATH-500 gold solutions": left_alone(verifier, Path(folder) / "math500"),
    }
    for part, values in figures.items():
        print(part)
        for name, value in values.items():
            print(f"  {name:<66} {value}")
    settings = {"verifier": verifier.to_dict()}
    print(f"written to {write_record('step_verifier', settings, figures)}")


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Read JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def first_incorrect(verdict: Verdict) -> int | None:
    """Return the index of the first step that scores 0."""
    return next((n for n, step in enumerate(verdict.steps) if step.score == 0.0), None)


def located(verifier: StepVerifier, folder: Path) -> dict[str, object]:
    """Compare the first incorrect step with the one that people marked."""
    counts: Counter[str] = Counter()
    started = time.process_time()
    for number, row in enumerate(rows_of(folder / "multistep_arithmetic.jsonl")):
        problem = Problem(f"multistep_arithmetic/{number}", row["input"], row["target"])
        found = first_incorrect(verifier.verify_steps(row["steps"], problem))
        marked = row["mistake_index"]
        if marked is None:
            kind = "right" if row["answer"] == row["target"] else "wrong"
            counts[f"unmarked, {kind} answer"] += 1
            counts[f"unmarked, {kind} answer, nothing claimed"] += found is None
        else:
            counts["marked"] += 1
            counts["exact"] += found == marked
            counts["near"] += found is not None and abs(found - marked) <= 1
            counts["nothing claimed"] += found is None
    seconds = time.process_time() - started
    num_unmarked = counts["unmarked, right answer"] + counts["unmarked, wrong answer"]
    num_left = sum(
        counts[f"unmarked, {kind} answer, nothing claimed"] for kind in ("right", "wrong")
    )
    return {
        "solutions with a marked mistake": counts["marked"],
        "first wrong step is the marked one": fraction(counts["exact"], counts["marked"]),
        "at most one step away from it": fraction(counts["near"], counts["marked"]),
        "mistake marked, nothing found wrong": fraction(
            counts["nothing claimed"], counts["marked"]
        ),
        "solutions without a marked mistake": num_unmarked,
        "nothing found wrong in them": fraction(num_left, num_unmarked),
        "  of these, answer right": counts["unmarked, right answer"],
        "  nothing found wrong, answer right": fraction(
            counts["unmarked, right answer, nothing claimed"], counts["unmarked, right answer"]
        ),
        "  of these, answer wrong all the same": counts["unmarked, wrong answer"],
        "  nothing found wrong, answer wrong": fraction(
            counts["unmarked, wrong answer, nothing claimed"], counts["unmarked, wrong answer"]
        ),
        "solutions per CPU second": round((counts["marked"] + num_unmarked) / seconds),
    }


def confirmed(verifier: StepVerifier, folder: Path) -> dict[str, object]:
    """Check every annotation by itself, then every whole step."""
    counts: Counter[str] = Counter()
    flagged: list[str] = []
    started = time.process_time()
    for split in ("train", "test"):
        for number, row in enumerate(rows_of(folder / f"{split}.jsonl")):
            gold = row["answer"].rpartition("####")[2].strip()
            problem = Problem(f"gsm8k/{split}/{number}", row["question"], gold)
            annotations = ANNOTATION.findall(row["answer"])
            for step in verifier.verify_steps(annotations, problem).steps:
                counts[f"annotation {step.score}"] += 1
            verdict = verifier.verify(row["answer"], problem)
            counts["answers"] += verdict.correct
            counts["solutions"] += 1
            for step in verdict.steps:
                counts[f"step {step.score}"] += 1
                if step.score == 0.0:
                    # By position, not by text: the data set is not copied into the record.
                    flagged.append(f"{problem.id}, characters {step.start} to {step.end}")
    seconds = time.process_time() - started
    num_annotations = sum(n for name, n in counts.items() if name.startswith("annotation"))
    num_steps = sum(n for name, n in counts.items() if name.startswith("step"))
    return {
        "calculator annotations": num_annotations,
        "annotations confirmed": fraction(counts["annotation 1.0"], num_annotations),
        "annotations found wrong": counts["annotation 0.0"],
        "steps": num_steps,
        "steps confirmed": fraction(counts["step 1.0"], num_steps),
        "steps found wrong, annotations and words around them": counts["step 0.0"],
        "final answers accepted": fraction(counts["answers"], counts["solutions"]),
        "solutions per CPU second, each judged twice": round(counts["solutions"] / seconds),
        "where steps are found wrong": flagged,
    }


def attempted(verifier: StepVerifier, folder: Path) -> dict[str, object]:
    """Count attempts with a step found incorrect, by the label of their answer."""
    counts: Counter[str] = Counter()
    for number, row in enumerate(rows_of(folder / "example_model_solutions.jsonl")):
        problem = Problem(f"gsm8k/test/{number}", row["question"], "")
        for model in MODELS:
            label = "right" if row[model]["is_correct"] else "wrong"
            counts[label] += 1
            found = first_incorrect(verifier.verify(row[model]["solution"], problem))
            counts[f"{label}, refuted"] += found is not None
    return {
        f"attempts with a {label} answer, of which a step is found wrong": fraction(
            counts[f"{label}, refuted"], counts[label]
        )
        for label in ("right", "wrong")
    }


def left_alone(verifier: StepVerifier, folder: Path) -> dict[str, object]:
    """Count the steps of correct solutions that are found incorrect."""
    counts: Counter[float | None] = Counter()
    for row in rows_of(folder / "test.jsonl"):
        problem = Problem(row["unique_id"], row["problem"], row["answer"])
        counts.update(step.score for step in verifier.verify(row["solution"], problem).steps)
    return {
        "steps": counts.total(),
        "steps confirmed": fraction(counts[1.0], counts.total()),
        "steps found wrong": fraction(counts[0.0], counts.total()),
    }


def fraction(part: int, whole: int) -> str:
    """Write a count with its fraction of a whole."""
    return f"{part}/{whole} ({part / whole:.1%})"


if __name__ == "__main__":
    main()
