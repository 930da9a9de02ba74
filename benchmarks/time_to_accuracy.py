"""Measure the time that RLOO needs to gain 15 and 40 points of accuracy, here and in TRL.

    python benchmarks/time_to_accuracy.py --venvs FOLDER --runs FOLDER

Both sides train the bundled model on ``Math-v0`` with the same problems, group size, batch
and verifier, without KL, in float32 on one thread, until greedy accuracy on 500 validation
problems exceeds that of the base model by the gain. Accuracy is measured after every step by
the same code, and its time is not counted. The learning rate of each side and gain is the
best of a grid, by the CPU seconds of runs with separate seeds. Each run has a folder below
``--runs``. Finished runs are not repeated, and ``--table`` shows the finished runs. Writes
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
from time_to_accuracy_play import GAINS

SIDES = {"ours": "", "TRL": "trl-1.16.0"}
PACKAGES = ("trl==1.16.0", "gymnasium==1.4.0")
RATES = ("1e-5", "3e-5", "1e-4")
TUNING_SEEDS = (100, 101)
HERE = Path(__file__).parent

Figures = dict[str, Any]


def main() -> None:
    """Run the missing runs, print the table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--venvs", type=Path, required=True, help="folder of TRL's environment")
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
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
    pairs: dict[float, list[list[Figures]]] = {gain: [] for gain in GAINS}
    chosen = {}
    for index, gain in enumerate(GAINS):
        rates = {side: best_rate(options.runs, side, index) for side in SIDES}
        chosen[f"{gain:.0%}"] = rates
        for seed in range(options.seeds):
            for side, rival in SIDES.items():
                if not options.table:
                    play(pythons[rival], options.runs, side, rates[side], seed)
            pair = [load(options.runs, side, rates[side], seed) for side in SIDES]
            if all(pair):
                pairs[gain].append(pair)
    summary = {
        gain: summarise([[run["reached"][index] for run in pair] for pair in pairs[gain]])
        for index, gain in enumerate(GAINS)
    }
    for index, gain in enumerate(GAINS):
        print(table(pairs[gain], index, summary[gain]))
    settings = {
        "packages": PACKAGES,
        "rates": RATES,
        "tuning_seeds": TUNING_SEEDS,
        "chosen": chosen,
        "seeds": options.seeds,
    }
    tuning = [
        figures
        for side in SIDES
        for rate in RATES
        for seed in TUNING_SEEDS
        if (figures := load(options.runs, side, rate, seed))
    ]
    figures = {
        "runs": {f"{gain:.0%}": [run for pair in pairs[gain] for run in pair] for gain in GAINS},
        "tuning": [{k: v for k, v in run.items() if k != "curve"} for run in tuning],
        "times": {
            f"{gain:.0%}": {name: each.to_dict() for name, each in summary[gain].items()}
            for gain in GAINS
        },
    }
    print(write_record("time_to_accuracy", settings, figures))


def file_of(runs: Path, side: str, rate: str, seed: int) -> Path:
    """Return the path of the figures of a run."""
    return runs / f"{side}-{rate}-{seed}" / "figures.json"


def load(runs: Path, side: str, rate: str, seed: int) -> Figures:
    """Return the figures of a run; empty if it is not finished."""
    file = file_of(runs, side, rate, seed)
    figures: Figures = json.loads(file.read_text()) if file.exists() else {}
    return figures


def play(python: Path, runs: Path, side: str, rate: str, seed: int) -> None:
    """Run once, unless the run is finished."""
    file = file_of(runs, side, rate, seed)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
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
                env=environment,
            )
    figures = load(runs, side, rate, seed)
    print({name: value for name, value in figures.items() if name != "curve"}, flush=True)


def best_rate(runs: Path, side: str, index: int) -> str:
    """Return the rate with the fewest CPU seconds to the gain of this index, for one side."""

    def seconds(rate: str) -> float:
        finished = [load(runs, side, rate, seed) for seed in TUNING_SEEDS]
        times = [run["reached"][index] if run else None for run in finished]
        return statistics.fmean(each["cpu_s"] if each else math.inf for each in times)

    return min(RATES, key=seconds)


def summarise(pairs: list[list[Figures | None]]) -> dict[str, Interval]:
    """Return the ratios of TRL to this package: geometric means with 95 % t-intervals.

    A run that did not reach the gain has no ratio; then the result is empty.
    """
    whole = [(own, theirs) for own, theirs in pairs if own and theirs]
    if len(whole) < len(pairs) or len(pairs) < 2:
        return {}
    means = {
        name: t_interval([math.log(theirs[name] / own[name]) for own, theirs in whole])
        for name in ("wall_s", "cpu_s", "episodes")
    }
    return {
        name: Interval(math.exp(mean.estimate), math.exp(mean.low), math.exp(mean.high))
        for name, mean in means.items()
    }


def table(pairs: list[list[Figures]], index: int, summary: dict[str, Interval]) -> str:
    """Build the table of both runs of each seed."""
    lines = [
        f"to +{GAINS[index]:.0%}",
        "side   seed    rate   base   episodes    CPU s   wall s   load",
    ]
    for run in (run for pair in pairs for run in pair):
        start = (
            f"{run['side']:<5}{run['seed']:>6}{run['learning_rate']:>8g}{100 * run['base']:>7.1f}"
        )
        target = run["reached"][index]
        times = (
            f"{target['episodes']:>11,}{target['cpu_s']:>9.2f}{target['wall_s']:>9.2f}"
            if target
            else f"{'not reached':>29}"
        )
        lines.append(f"{start}{times}{run['load']:>7.1f}")
    lines += [
        f"TRL / ours, {name}: {times.estimate:.2f} [{times.low:.2f}, {times.high:.2f}]"
        for name, times in summary.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
