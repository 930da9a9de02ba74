"""Compare five methods for reasoning from two initial models, as Havrilla et al. did, at toy size.

    python benchmarks/reasoning_rl.py --runs runs/reasoning --workers 2

The initial models are the bundled model, which answers ``Math-v0`` directly and also knows
worked answers, and the same model after one epoch of 640 worked solutions (SFT-light). They
are trained by expert iteration, by PPO with sparse, dense and learned rewards, and by
return-conditioned learning. A smaller model is trained as far as the claims about sizes need
it. All are evaluated on the same problems of ``test``: greedily, and with 16 samples at
temperature 1. Finished cells are not run again, and ``--draw`` builds the table of the
finished cells. The output shows every seed, means with 95 % t-intervals over the seeds, and
the outcome of the claims A1 to A8. Results are written to
``benchmarks/results/reasoning_rl.json``.

Reference: Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
Learning", 2024 (arXiv:2403.04642).
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cells import finished_cells, run_cells
from claims import claims_table, plain
from reasoning_cells import METHODS, PASSES, ROLLOUTS, SIZES, STARTS, stages
from reasoning_claims import decide_claims
from record import write_record
from rethink_gym.metrics import Interval, t_interval

METRICS = ("maj@1", "maj@16", "rerank@16", "pass@1", "pass@16", "answer_entropy")

Numbers = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""Figures by row and seed."""


def ordered_rows() -> list[str]:
    """List the rows of the table in the order of the output."""
    rows = []
    for size in SIZES:
        rows += [f"pretrained-{size}-measured", f"sft1-{size}-measured"]
        rows += [f"sft{passes}-{size}" for passes in PASSES[1:]]
        rows += [f"{method}-{start}-{size}" for start in STARTS for method in METHODS]
    return rows


def rollouts(row: str) -> int:
    """Return the number of training episodes of a row, including those of its initial model."""
    method, start = row.split("-")[:2]
    if start not in STARTS:
        return 0
    if method == "rcrl":
        return ROLLOUTS["ei"] + ROLLOUTS["rcrl"]
    if method == "ppo_orm":
        return ROLLOUTS["orm"] + ROLLOUTS["ppo"]
    return ROLLOUTS[method.split("_")[0]]


def summarise(numbers: Numbers) -> dict[str, dict[str, Interval]]:
    """Average each metric over the seeds, for each row with two or more seeds."""
    return {
        row: {
            name: t_interval(known)
            for name in METRICS
            if len(known := [each[name] for each in seeds.values() if name in each]) > 1
        }
        for row, seeds in numbers.items()
        if len(seeds) > 1
    }


def tables(numbers: Numbers, summary: dict[str, dict[str, Interval]]) -> list[Table]:
    """Build the tables of all cells and of the means over the seeds, in percent."""
    every = Table("row", "seed", *METRICS, "CPU s", title="every run, %; entropy in nats")
    for row, seeds in numbers.items():
        for seed, each in seeds.items():
            cells = (_format(name, each.get(name)) for name in METRICS)
            every.add_row(row, str(seed), *cells, f"{each['cpu_s']:.0f}")
    means = Table("row", "rollouts", *METRICS, title="means with 95 % t-intervals over the seeds")
    for row, intervals in summary.items():
        shown = (
            f"{_format(name, i.estimate)} [{_format(name, i.low)}, {_format(name, i.high)}]"
            if (i := intervals.get(name))
            else ""
            for name in METRICS
        )
        means.add_row(row, f"{rollouts(row):,}", *shown)
    return [every, means]


def _format(name: str, number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.2f}" if name == "answer_entropy" else f"{100 * number:.1f}"


def _without_problems(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the results of single problems, which stay in the folder of the cell."""
    return {
        name: _without_problems(each) if name == "early" else each
        for name, each in figures.items()
        if name not in ("right", "distinct_right")
    }


def main() -> None:
    """Run the missing cells, print the tables and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the cells")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=[*SIZES])
    parser.add_argument("--problems", type=int, default=300)
    parser.add_argument(
        "--workers", type=int, default=1, help="parallel processes with one thread each"
    )
    parser.add_argument("--draw", action="store_true", help="only show the finished cells")
    options = parser.parse_args()
    planned = stages(
        options.seeds,
        sizes=options.sizes,
        problems=options.problems,
    )
    if not options.draw:
        for number, stage in enumerate(planned, 1):
            title = f"stage {number} of {len(planned)}"
            run_cells(stage, options.runs, workers=options.workers, title=title)
    wanted = [cell for stage in planned for cell in stage]
    results: dict[str, dict[int, dict[str, Any]]] = {}
    for name, figures in finished_cells(wanted, options.runs).items():
        row, _, seed = name.rpartition("/seed")
        results.setdefault(row, {})[int(seed)] = figures
    for row in [row for row in results if row.startswith("rerank-")]:
        for seed_number, figures in results.pop(row).items():
            results[row.removeprefix("rerank-")][seed_number] |= {
                name: figures[name] for name in ("rerank@16", "auc")
            }
    numbers = {row: results[row] for row in ordered_rows() if row in results}
    summary = summarise(numbers)
    claims = decide_claims(numbers)
    console = Console(width=170)
    for table in tables(numbers, summary):
        console.print(table)
    console.print(claims_table(claims))
    settings = {
        "seeds": options.seeds,
        "problems": options.problems,
    }
    record = {
        "runs": {
            row: {seed: _without_problems(each) for seed, each in seeds.items()}
            for row, seeds in results.items()
        },
        "summary": plain(summary),
        "rollouts": {row: rollouts(row) for row in numbers},
        "claims": [asdict(claim) for claim in claims],
    }
    console.print(write_record("reasoning_rl", settings, record))


if __name__ == "__main__":
    main()
