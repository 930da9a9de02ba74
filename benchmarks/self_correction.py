"""Compare SCoRe, its ablations and the baselines on self-correction with the tiny model.

    python benchmarks/self_correction.py --runs runs/self-correction --workers 2

Each agent starts from the bundled base model, is trained on the same number of episodes, and
is evaluated greedily on the same held-out problems. Agents that learn by reinforcement keep
the weights with the best result on 200 problems of ``validation``. Finished cells are not run
again, and ``--draw`` builds the table of the finished cells. The output shows every seed,
means with 95 % t-intervals over the seeds, and the outcome of the paper's claims. Results are
written to ``benchmarks/results/self_correction.json``, histograms to the ``.png`` beside it.

Reference: Kumar et al., "Training Language Models to Self-Correct via Reinforcement
Learning", 2024, tables 1 to 4 (arXiv:2409.12917).
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from cells import Cell, finished_cells, run_cells
from claims import claims_table, plain
from record import write_record
from rethink_gym.metrics import Interval, TurnMetrics, t_interval
from self_correction_claims import decide_claims
from self_correction_plot import draw_histograms

if TYPE_CHECKING:
    from rethink_gym.agents.policies import Policy

ENV_ID = "MathSelfCorrect-v0"
EPISODES = 7_680
METRICS = ("accuracy@t1", "accuracy@t2", "delta", "i_to_c", "c_to_i", "changed")
BINS = 20
"""Number of bins of the histogram of edit ratios, over [0, 1]."""

# Rounds of imitation as in the paper: three of STaR and one of Pair-SFT, with four samples each.
_THREE_ROUNDS = {"num_problems": EPISODES // 12}
_ONE_ROUND = {"num_problems": EPISODES // 4}

AGENTS: Mapping[str, tuple[str | None, Mapping[str, Any]]] = {
    "base": (None, {}),
    "Self-Refine": (None, {}),
    "Pair-SFT, D": ("pair_sft", _ONE_ROUND),
    "Pair-SFT, D+": ("pair_sft", {**_ONE_ROUND, "keep_correct": True}),
    "STaR, D": ("correction_star", _THREE_ROUNDS),
    "STaR, D+": ("correction_star", {**_THREE_ROUNDS, "keep_correct": True}),
    "REINFORCE": ("reinforce", {}),
    "SCoRe": ("score", {}),
    "SCoRe, Stage I alone": ("score", {"stage_one_frac": 1.0}),
    "SCoRe, one turn": ("score", {"multi_turn": False}),
    "SCoRe, no Stage I": ("score", {"stage_one_frac": 0.0}),
    "SCoRe, no shaping": ("score", {"alpha": 0.0}),
    "SCoRe, STaR in Stage II": ("score", {"stage_two": "star"}),
}
"""Learner of each row of the table, or None, and its settings that differ from the defaults."""

FURTHER_SEEDS = {"SCoRe, Stage I alone": 20}
"""Number of further seeds of a row. E4 depends on these."""


def run(
    folder: Path, *, agent: str, seed: int, options: dict[str, Any], episodes: int, problems: int
) -> dict[str, Any]:
    """Train one agent with one seed, or take the base model unchanged, and evaluate it."""
    from rethink_gym import agents
    from rethink_gym.episode import save_episodes
    from rethink_gym.evaluation.evaluate import evaluate

    name = AGENTS[agent][0]
    policy = agents.LanguageModel.from_pretrained("tiny", seed=seed)
    evaluated: Policy = policy
    settings: dict[str, Any] = {}
    if agent == "Self-Refine":
        evaluated = agents.SelfRefine(policy)
    elif name is not None:
        algorithm_class = getattr(agents, agents.ALGORITHMS[name])
        config = algorithm_class.config_class(**options)
        algorithm = algorithm_class(policy, ENV_ID, config, seed=seed)
        algorithm.learn(episodes, callback=agents.Validation(range(200)))
        settings = asdict(algorithm.config)
        policy.save_pretrained(folder / "policy")
    policy.sampling = agents.SamplingConfig(max_new_tokens=96, temperature=0.0)
    evaluation = evaluate(evaluated, ENV_ID, problems=problems)
    save_episodes(folder / "episodes.jsonl", evaluation.episodes)
    histogram, _ = np.histogram(evaluation.values["edit_ratio"], bins=BINS, range=(0.0, 1.0))
    return {
        "config": settings,
        "metrics": evaluation.metrics.to_dict(),
        "edit_ratio_histogram": histogram.tolist(),
    }


def cells(seeds: int, episodes: int, problems: int) -> list[Cell]:
    """List the cells seed by seed, so that an unfinished table is already useful."""
    return [
        Cell(
            name=f"{agent.replace(', ', '-').replace(' ', '_')}/seed{seed}",
            work=run,
            settings={
                "agent": agent,
                "seed": seed,
                "options": dict(options),
                "episodes": episodes,
                "problems": problems,
            },
        )
        for seed in range(seeds + max(FURTHER_SEEDS.values()))
        for agent, (learner, options) in AGENTS.items()
        # Without training the result does not depend on the seed.
        if seed < (1 if learner is None else seeds + FURTHER_SEEDS.get(agent, 0))
    ]


def by_agent(rows: list[dict[str, Any]]) -> dict[str, dict[int, dict[str, float]]]:
    """Group the metrics of the cells by agent and seed."""
    numbers: dict[str, dict[int, dict[str, float]]] = {}
    for row in rows:
        metrics = TurnMetrics.from_dict(row["metrics"])
        histogram = row["edit_ratio_histogram"]
        numbers.setdefault(row["agent"], {})[row["seed"]] = {
            **metrics.to_scalars(),
            "copies": histogram[0] / sum(histogram),
        }
    return numbers


def summarise(
    numbers: Mapping[str, Mapping[int, Mapping[str, float]]],
) -> dict[str, dict[str, Interval]]:
    """Average each metric over the seeds, for each agent with two or more seeds."""
    return {
        agent: {name: t_interval([each[name] for each in seeds.values()]) for name in METRICS}
        for agent, seeds in numbers.items()
        if len(seeds) > 1
    }


def tables(rows: list[dict[str, Any]], summary: dict[str, dict[str, Interval]]) -> list[Table]:
    """Build the tables of all cells and of the means over the seeds, in percent."""
    every = Table("agent", "seed", *METRICS, "CPU s", title="every run, %")
    for row in rows:
        numbers = TurnMetrics.from_dict(row["metrics"]).to_scalars()
        percentages = (f"{100 * numbers[name]:.1f}" for name in METRICS)
        every.add_row(row["agent"], str(row["seed"]), *percentages, f"{row['cpu_s']:.0f}")
    means = Table("", *METRICS, title="means over the seeds with 95 % t-intervals, %")
    for agent, intervals in summary.items():
        means.add_row(
            agent,
            *(
                f"{100 * i.estimate:.1f} [{100 * i.low:.1f}, {100 * i.high:.1f}]"
                for i in (intervals[name] for name in METRICS)
            ),
        )
    return [every, means]


def main() -> None:
    """Run the missing cells, print the tables and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the cells")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--episodes", type=int, default=EPISODES)
    parser.add_argument("--problems", type=int, default=1000)
    parser.add_argument(
        "--workers", type=int, default=1, help="parallel processes with one thread each"
    )
    parser.add_argument("--draw", action="store_true", help="only show the finished cells")
    options = parser.parse_args()
    wanted = cells(options.seeds, options.episodes, options.problems)
    if not options.draw:
        run_cells(wanted, options.runs, workers=options.workers, title="self-correction")
    finished = finished_cells(wanted, options.runs)
    order = list(AGENTS)
    rows = [
        {"agent": cell.settings["agent"], "seed": cell.settings["seed"], **finished[cell.name]}
        for cell in sorted(wanted, key=lambda cell: order.index(cell.settings["agent"]))
        if cell.name in finished
    ]
    numbers = by_agent(rows)
    summary = summarise(numbers)
    claims = decide_claims(numbers)
    console = Console(width=170)
    for table in tables(rows, summary):
        console.print(table)
    console.print(claims_table(claims))
    settings = {
        "env": ENV_ID,
        "seeds": options.seeds,
        "episodes": options.episodes,
        "problems": options.problems,
    }
    figures = {
        "runs": rows,
        "summary": plain(summary),
        "claims": [asdict(claim) for claim in claims],
    }
    path = write_record("self_correction", settings, figures)
    draw_histograms(rows, path.with_suffix(".png"))
    console.print(path)


if __name__ == "__main__":
    main()
