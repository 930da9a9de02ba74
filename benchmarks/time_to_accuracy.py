"""Measures how long RLOO takes to gain 15 and 40 points of accuracy, ours and that of TRL.

    python benchmarks/time_to_accuracy.py --venvs FOLDER --runs FOLDER

Both train the bundled model on ``Math-v0`` with the same problems, group size, batch and
verifier, without KL, in float32 on one thread, until greedy accuracy on 500 validation
problems is so far above the base. It is measured after every step, off the clock and by
the same code. The learning rate of each side for each gain is the best of one grid, by the
CPU seconds of runs with seeds of their own. Each run is a folder below ``--runs``; a
finished one is never run again, and ``--table`` draws the table of what is there. Writes
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
    pairs: dict[float, list[list[Figures]]] = {gain: [] for gain in GAINS}
    chosen = {}
    for place, gain in enumerate(GAINS):
        rates = {side: best_rate(options.runs, side, place) for side in SIDES}
        chosen[f"{gain:.0%}"] = rates
        for seed in range(options.seeds):
            for side, rival in SIDES.items():
                if not options.table:
                    play(pythons[rival], options.runs, side, rates[side], seed)
            pair = [load(options.runs, side, rates[side], seed) for side in SIDES]
            if all(pair):
                pairs[gain].append(pair)
    summary = {
        gain: summarise([[run["reached"][place] for run in pair] for pair in pairs[gain]])
        for place, gain in enumerate(GAINS)
    }
    for place, gain in enumerate(GAINS):
        print(table(pairs[gain], place, summary[gain]))
    settings = {
        "packages": PACKAGES,
        "rates": RATES,
        "tuning_seeds": TUNING_SEEDS,
        "chosen": chosen,
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
        "runs": {f"{gain:.0%}": [run for pair in pairs[gain] for run in pair] for gain in GAINS},
        "tuning": [{k: v for k, v in run.items() if k != "curve"} for run in tuning],
        "times": {
            f"{gain:.0%}": {name: each.to_dict() for name, each in summary[gain].items()}
            for gain in GAINS
        },
    }
    print(write_record("time_to_accuracy", settings, figures))


def file_of(runs: Path, side: str, rate: str, seed: int) -> Path:
    """Return where the figures of a run are."""
    return runs / f"{side}-{rate}-{seed}" / "figures.json"


def load(runs: Path, side: str, rate: str, seed: int) -> Figures:
    """Return the figures of a run, nothing if it is not finished."""
    file = file_of(runs, side, rate, seed)
    found: Figures = json.loads(file.read_text()) if file.exists() else {}
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


def best_rate(runs: Path, side: str, place: int) -> str:
    """Return the rate at which a side took the fewest CPU seconds to a gain, by its place."""

    def seconds(rate: str) -> float:
        found = [load(runs, side, rate, seed) for seed in TUNING_SEEDS]
        times = [run["reached"][place] if run else None for run in found]
        return statistics.fmean(each["cpu_s"] if each else math.inf for each in times)

    return min(RATES, key=seconds)


def summarise(pairs: list[list[Figures | None]]) -> dict[str, Interval]:
    """Return how many times as much TRL took: geometric means with 95 % t-intervals.

    A gain that one side did not make in some run has no ratio, so there is none at all.
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


def table(pairs: list[list[Figures]], place: int, summary: dict[str, Interval]) -> str:
    """Lay out both runs of each seed."""
    lines = [
        f"to +{GAINS[place]:.0%}",
        "side   seed    rate   base   episodes    CPU s   wall s   load",
    ]
    for run in (run for pair in pairs for run in pair):
        start = (
            f"{run['side']:<5}{run['seed']:>6}{run['learning_rate']:>8g}{100 * run['base']:>7.1f}"
        )
        found = run["reached"][place]
        times = (
            f"{found['episodes']:>11,}{found['cpu_s']:>9.2f}{found['wall_s']:>9.2f}"
            if found
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
