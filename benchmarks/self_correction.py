"""Self-correction of the tiny model: SCoRe beside plain multi-turn REINFORCE beside base.

    python benchmarks/self_correction.py --workers 2

Trains each algorithm from the bundled base with several seeds, as ``rethink train``
does, keeps the weights that did best on validation problems, plays the same held-out
problems greedily with base and trained models, and prints every seed, then
means with 95 % t-intervals over the seeds. Settings, figures and machine go to
``benchmarks/results/self_correction.json``.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from record import write_record
from rethink_gym.metrics import Interval, TurnMetrics, t_interval

ENV_ID = "MathSelfCorrect-v0"
ALGORITHMS = ("score", "reinforce")
METRICS = ("accuracy@t1", "accuracy@t2", "delta", "i_to_c", "c_to_i", "changed")


def run(name: str, seed: int, num_episodes: int | None, num_problems: int) -> dict[str, object]:
    """Train one algorithm with one seed, or take the base as it is, and measure it."""
    import torch

    from rethink_gym import agents
    from rethink_gym.evaluation.evaluate import evaluate

    torch.set_num_threads(1)
    policy = agents.LanguageModel.from_pretrained("tiny")
    started = time.perf_counter()
    settings: dict[str, object] = {}
    if name != "base":
        algorithm = getattr(agents, agents.ALGORITHMS[name])(policy, ENV_ID, seed=seed)
        episodes = num_episodes or algorithm.default_episodes
        algorithm.learn(episodes, callback=agents.Validation(range(200)))
        settings = {"episodes": episodes, **asdict(algorithm.config)}
    train_s = time.perf_counter() - started
    sampling = agents.SamplingConfig(max_new_tokens=96, temperature=0.0)
    evaluation = evaluate(policy, ENV_ID, problems=num_problems, sampling=sampling)
    return {
        "algorithm": name,
        "seed": seed,
        "settings": settings,
        "train_s": round(train_s, 1),
        "metrics": evaluation.metrics.to_dict(),
    }


def summarise(runs: list[dict[str, Any]]) -> dict[str, dict[str, Interval]]:
    """Average each metric over the seeds, for each algorithm and for its gain over base.

    Returns:
        Intervals by name of the metric, by name of the algorithm; a gain stands
        under ``"score - base"``.
    """
    metrics = [TurnMetrics.from_dict(each["metrics"]).to_scalars() for each in runs]
    base = next(m for each, m in zip(runs, metrics, strict=True) if each["algorithm"] == "base")
    summary = {}
    for algorithm in ALGORITHMS:
        own = [m for each, m in zip(runs, metrics, strict=True) if each["algorithm"] == algorithm]
        summary[algorithm] = {name: t_interval([m[name] for m in own]) for name in METRICS}
        summary[f"{algorithm} - base"] = {
            name: t_interval([m[name] - base[name] for m in own]) for name in METRICS
        }
    by_algorithm = [
        [m for each, m in zip(runs, metrics, strict=True) if each["algorithm"] == algorithm]
        for algorithm in ALGORITHMS
    ]
    summary[" - ".join(ALGORITHMS)] = {
        name: t_interval([a[name] - b[name] for a, b in zip(*by_algorithm, strict=True)])
        for name in METRICS
    }
    return summary


def tables(runs: list[dict[str, Any]], summary: dict[str, dict[str, Interval]]) -> list[Table]:
    """Lay out every run, and the means over the seeds; in percent."""
    every = Table("algorithm", "seed", *METRICS, "train s", title="every run, %")
    for each in runs:
        numbers = TurnMetrics.from_dict(each["metrics"]).to_scalars()
        cells = (f"{100 * numbers[name]:.1f}" for name in METRICS)
        every.add_row(each["algorithm"], str(each["seed"]), *cells, f"{each['train_s']:.0f}")
    means = Table("", *METRICS, title="means over the seeds with 95 % t-intervals, %")
    for label, intervals in summary.items():
        cells = (
            f"{100 * i.estimate:.1f} [{100 * i.low:.1f}, {100 * i.high:.1f}]"
            for i in (intervals[name] for name in METRICS)
        )
        means.add_row(label, *cells)
    return [every, means]


def main() -> None:
    """Run all seeds, print the tables and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--episodes", type=int, help="instead of the algorithm's own default")
    parser.add_argument("--problems", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1, help="runs at once, one thread each")
    arguments = parser.parse_args()
    jobs = [("base", 0), *((name, seed) for seed in range(arguments.seeds) for name in ALGORITHMS)]
    runs: list[dict[str, Any]] = []
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        futures = [
            pool.submit(run, name, seed, arguments.episodes, arguments.problems)
            for name, seed in jobs
        ]
        for future in track(as_completed(futures), "runs", total=len(futures)):
            runs.append(future.result())
    runs.sort(key=lambda each: jobs.index((each["algorithm"], each["seed"])))
    summary = summarise(runs)
    console = Console(width=160)
    for table in tables(runs, summary):
        console.print(table)
    figures = {
        "runs": runs,
        "summary": {
            label: {name: interval.to_dict() for name, interval in intervals.items()}
            for label, intervals in summary.items()
        },
    }
    console.print(write_record("self_correction", vars(arguments), figures))


if __name__ == "__main__":
    main()
