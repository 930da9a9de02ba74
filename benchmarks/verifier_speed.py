"""Speed of the math verifier on real model attempts, and its agreement with their labels.

    RETHINK_DATA_DIR=... python benchmarks/verifier_speed.py

The folder must have ``gsm8k/example_model_solutions.jsonl`` of openai/grade-school-math:
1,319 problems with four attempts each and a label for every attempt.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

from record import write_record
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math.verifier import MathVerifier

MODELS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")
NUM_RUNS = 5
NUM_SHORT = 100_000


def main() -> None:
    """Measure, print a table and write the record."""
    folder = os.environ.get("RETHINK_DATA_DIR")
    if not folder:
        sys.exit("Set RETHINK_DATA_DIR to the folder that holds gsm8k/.")
    attempts = load_attempts(Path(folder) / "gsm8k" / "example_model_solutions.jsonl")
    verifier = MathVerifier()
    num_agreed = sum(
        verifier.verify(text, problem).correct is label for text, problem, label in attempts
    )
    rates = [len(attempts) / seconds_for(verifier, attempts) for _ in range(NUM_RUNS)]
    figures = {
        "attempts": len(attempts),
        "labels agreed": num_agreed,
        "verdicts per CPU second, median": round(statistics.median(rates)),
        "verdicts per CPU second, lowest": round(min(rates)),
        "microseconds for a short action, answers seen before": round(short_us(verifier, 10), 2),
        "microseconds for a short action, answers all new": round(short_us(verifier, NUM_SHORT), 2),
    }
    for name, value in figures.items():
        print(f"{name:<56} {value:>12,}")
    settings = {"verifier": verifier.to_dict(), "runs": NUM_RUNS, "short actions": NUM_SHORT}
    print(f"written to {write_record('verifier_speed', settings, figures)}")


def load_attempts(path: Path) -> list[tuple[str, Problem, bool]]:
    """Return all attempts: the message, the problem, and the label."""
    attempts = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            gold = row["ground_truth"].rpartition("A: ")[2]
            problem = Problem(f"gsm8k/test/{number}", row["question"], gold)
            attempts += [
                (row[name]["solution"], problem, row[name]["is_correct"]) for name in MODELS
            ]
    return attempts


def seconds_for(verifier: MathVerifier, attempts: list[tuple[str, Problem, bool]]) -> float:
    """Return the CPU seconds that all attempts take."""
    started = time.process_time()
    for text, problem, _ in attempts:
        verifier.verify(text, problem)
    return time.process_time() - started


def short_us(verifier: MathVerifier, num_different: int) -> float:
    """Return the CPU microseconds of one verdict on an action such as ``A: 7``."""
    actions = [f"A: {number % num_different}" for number in range(NUM_SHORT)]
    problem = Problem("arithmetic/test/0", "", "7")
    started = time.process_time()
    for action in actions:
        verifier.verify(action, problem)
    return (time.process_time() - started) / NUM_SHORT * 1e6


if __name__ == "__main__":
    main()
