"""Measures how long RLOO takes to gain 15 points of accuracy, ours and that of TRL.

    python benchmarks/time_to_accuracy.py --venvs FOLDER --runs FOLDER

Both train the bundled model on ``Math-v0`` with the same problems, group size, batch and
verifier, without KL, in float32 on one thread, until greedy accuracy on 500 validation
problems is 15 points above the base. Every second step is measured, off the clock and by
the same code. The learning rate of each side is the best of one grid, by the CPU seconds
of runs with seeds of their own. Each run is a folder below ``--runs``; a finished one is
never run again, and ``--table`` draws the table of what is there. Writes
``results/time_to_accuracy.json``.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from environments import make_venv
from record import write_record
from rethink_gym.metrics import Interval, t_interval

SIDES = {"ours": "", "TRL": "trl-1.16.0"}
PACKAGES = ("trl==1.16.0", "gymnasium==1.4.0")
RATES = ("1e-5", "3e-5", "1e-4")
TUNING_SEEDS = (100, 101)
HERE = Path(__file__).parent
FIGURES = ("wall_s", "cpu_s", "episodes")


def main() -> None:
    """Run what is not there yet, print the table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--venvs", type=Path, required=True, help="where TRL is")
    parser.add_argument("--runs", type=Path, required=True, help="where the runs are")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--table", action="store_true", help="run nothing")
    options = parser.parse_args()
    pythons = {"": Path(sys.executable)}
    if not options.table:
        pythons["trl-1.16.0"] = make_venv(options.venvs / "trl-1.16.0", *PACKAGES)
        for seed in TUNING_SEEDS:
            for rate in RATES:
                for side, rival in SIDES.items():
                    play(pythons[rival], options.runs, side, rate, seed)
    rates = {side: best_rate(options.runs, side) for side in SIDES}
    for seed in range(options.seeds):
        for side, rival in SIDES.items():
            if not options.table:
                play(pythons[rival], options.runs, side, rates[side], seed)
    pairs = [
        pair
        for seed in range(options.seeds)
        if len(pair := [load(options.runs, side, rates[side], seed) for side in SIDES]) == 2
        and all(pair)
    ]
    summary = summarise(pairs)
    print(table(pairs, summary))
    settings = {
        "packages": PACKAGES,
        "rates": RATES,
        "tuning_seeds": TUNING_SEEDS,
        "chosen": rates,
        "seeds": options.seeds,
    }
    tuning = [
        found
        for side in SIDES
        for rate in RATES
        for seed in TUNING_SEEDS
        if (found := load(options.runs, side, rate, seed))
    ]
    figures = {
        "runs": [run for pair in pairs for run in pair],
        "tuning": [{k: v for k, v in run.items() if k != "curve"} for run in tuning],
        "times": {name: interval.to_dict() for name, interval in summary.items()},
    }
    print(write_record("time_to_accuracy", settings, figures))


def file_of(runs: Path, side: str, rate: str, seed: int) -> Path:
    """Return where the figures of a run are."""
    return runs / f"{side}-{rate}-{seed}" / "figures.json"


def load(runs: Path, side: str, rate: str, seed: int) -> dict[str, Any]:
    """Return the figures of a run, nothing if it is not finished."""
    file = file_of(runs, side, rate, seed)
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def play(python: Path, runs: Path, side: str, rate: str, seed: int) -> None:
    """Run once, unless that was done before."""
    file = file_of(runs, side, rate, seed)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        surroundings = os.environ | {
            "OMP_NUM_THREADS": "1",
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(HERE.parent / "src"),
        }
        program = HERE / "time_to_accuracy_play.py"
        with (file.parent / "log.txt").open("w") as log:
            subprocess.run(
                [str(python), str(program), side, rate, str(seed), str(file.resolve())],
                stdout=log,
                stderr=log,
                check=True,
                env=surroundings,
            )
    found = load(runs, side, rate, seed)
    print({name: value for name, value in found.items() if name != "curve"}, flush=True)


def best_rate(runs: Path, side: str) -> str:
    """Return the rate of the grid at which a side took the fewest CPU seconds."""

    def seconds(rate: str) -> float:
        found = [load(runs, side, rate, seed) for seed in TUNING_SEEDS]
        reached = [run["cpu_s"] if run and run["is_reached"] else math.inf for run in found]
        return statistics.fmean(reached)

    return min(RATES, key=seconds)


def summarise(pairs: list[list[dict[str, Any]]]) -> dict[str, Interval]:
    """Return how many times as much TRL took: geometric means with 95 % t-intervals."""
    if len(pairs) < 2:
        return {}
    means = {
        name: t_interval([math.log(theirs[name] / own[name]) for own, theirs in pairs])
        for name in FIGURES
    }
    return {
        name: Interval(math.exp(mean.estimate), math.exp(mean.low), math.exp(mean.high))
        for name, mean in means.items()
    }


def table(pairs: list[list[dict[str, Any]]], summary: dict[str, Interval]) -> str:
    """Lay out both runs of each seed."""
    lines = ["side   seed   rate    base -> accuracy   episodes     CPU s    wall s   load"]
    for run in (run for pair in pairs for run in pair):
        missed = "" if run["is_reached"] else "  (not reached)"
        lines.append(
            f"{run['side']:<5}{run['seed']:>6}{run['learning_rate']:>7g}"
            f"{100 * run['base']:>8.1f} -> {100 * run['accuracy']:<7.1f}{run['episodes']:>10,}"
            f"{run['cpu_s']:>10.1f}{run['wall_s']:>10.1f}{run['load']:>7.1f}{missed}"
        )
    for name, times in summary.items():
        lines.append(
            f"TRL / ours, {name}: {times.estimate:.2f} [{times.low:.2f}, {times.high:.2f}]"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
