"""Accuracy and speed of our math verifier and math-verify on the same answers.

    RETHINK_DATA_DIR=... python benchmarks/verifiers.py --cases cases.jsonl

``--cases`` takes a file as for ``rethink verify``. The gold answers of GSM8K (``gsm8k``) and
MATH-500 (``math500``) are read from the data folder, and each is compared with itself and
with the next one. math-verify is installed from the package index into an environment of its own
and used as its documentation recommends: `parse` on both sides, a bare answer put in
``$...$``, then ``verify(gold, answer)``. Both run one after the other, in one process
each, on the same cases; then both from eight threads at once, math-verify with its time
limits off there, since these work in a main thread only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from record import write_record

RIVAL = "math-verify[antlr4_13_2]==0.9.0"
PROCESS = Path(__file__).with_name("verifiers_process.py")
HANG_S = 5.0
NUM_THREADS = 8
MAX_RUN_S = 150.0
"""Time after which a run counts as hanging; that can happen only without time limits."""


def main() -> None:
    """Measure, print a table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=Path, required=True, help="labelled pairs, JSON lines")
    parser.add_argument(
        "--venv", type=Path, help="environment of math-verify; created if it does not exist"
    )
    parser.add_argument("--only-ours", action="store_true", help="leave math-verify out")
    options = parser.parse_args()
    folder = os.environ.get("RETHINK_DATA_DIR")
    if not folder:
        sys.exit("Set RETHINK_DATA_DIR to the folder that holds gsm8k/ and math500/.")
    sets = {
        "labelled cases": [row for row in load_lines(options.cases) if not row.get("doubtful")],
        "golds": gold_cases(Path(folder)),
    }
    with tempfile.TemporaryDirectory() as work:
        interpreters = {"ours": Path(sys.executable)}
        if not options.only_ours:
            interpreters["math-verify 0.9.0"] = make_rival(options.venv or Path(work) / "venv")
        figures: dict[str, Any] = {}
        for name, cases in sets.items():
            path = Path(work) / "cases.jsonl"
            path.write_text("".join(json.dumps(case) + "\n" for case in cases))
            for verifier, python in interpreters.items():
                for threads in (1, NUM_THREADS):
                    kind = "ours" if verifier == "ours" else "rival"
                    result = run(python, kind, path, threads)
                    label = f"{name}, {verifier}, {threads} thread{'s' if threads > 1 else ''}"
                    figures[label] = (
                        {"not finished after, s": MAX_RUN_S}
                        if result is None
                        else summary(cases, result)
                    )
                    show(label, figures[label])
    settings = {"rival": RIVAL, "hang_s": HANG_S, "cases": {k: len(v) for k, v in sets.items()}}
    print(f"written to {write_record('verifiers', settings, figures)}")


def load_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def gold_cases(folder: Path) -> list[dict[str, Any]]:
    """Make cases of gold answers: each with itself, and with the next one if that differs."""
    gsm8k = [
        row["answer"].rpartition("#### ")[2] for row in load_lines(folder / "gsm8k/test.jsonl")
    ]
    math500 = [row["answer"] for row in load_lines(folder / "math500/test.jsonl")]
    cases = []
    for golds in (gsm8k, math500):
        for gold, other in zip(golds, [*golds[1:], golds[0]], strict=True):
            boxed = f"So the answer is $\\boxed{{{gold}}}$."
            cases.append({"gold": gold, "pred": gold, "equal": True, "mode": "answer"})
            cases.append({"gold": gold, "pred": boxed, "equal": True, "mode": "response"})
            if gold.removeprefix("x=") != other.removeprefix("x="):  # x=5 is 5
                cases.append({"gold": gold, "pred": other, "equal": False, "mode": "answer"})
    return cases


def make_rival(folder: Path) -> Path:
    """Install math-verify into an environment of its own; return its interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", RIVAL], check=True)
    return python


def run(python: Path, kind: str, cases: Path, threads: int) -> dict[str, Any] | None:
    """Verify all cases in a process of its own; None if it does not finish."""
    command = [str(python), str(PROCESS), kind, str(cases), str(threads)]
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # math-verify logs every answer it cannot decide
            text=True,
            check=True,
            timeout=MAX_RUN_S,
        )
    except subprocess.TimeoutExpired:
        return None
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def summary(cases: list[dict[str, Any]], result: dict[str, Any]) -> dict[str, float]:
    """Compare the verdicts with the labels."""
    pairs = [(bool(row[0]), case["equal"]) for row, case in zip(result["rows"], cases, strict=True)]
    times = sorted(row[1] for row in result["rows"])
    return {
        "cases": len(cases),
        "accuracy, per cent": round(100 * sum(a is b for a, b in pairs) / len(pairs), 2),
        "false positives": pairs.count((True, False)),
        "false negatives": pairs.count((False, True)),
        "exceptions": sum(row[0] is None for row in result["rows"]),
        "hangs": sum(seconds > HANG_S for seconds in times),
        "over 1.2 s": sum(seconds > 1.2 for seconds in times),
        "median, ms": round(1e3 * times[len(times) // 2], 4),
        "p99, ms": round(1e3 * times[int(0.99 * len(times))], 2),
        "longest, ms": round(1e3 * times[-1], 1),
        "cases per CPU second": round(len(cases) / result["cpu_s"], 1),
    }


def show(label: str, figures: dict[str, float]) -> None:
    """Print one block of figures."""
    print(f"\n{label}")
    for name, value in figures.items():
        print(f"  {name:<24}{value:>12,}")


if __name__ == "__main__":
    main()
