"""Measure one optimizer step of this package, TRL and Stable-Baselines3, on one thread.

    python benchmarks/trainers.py --venvs FOLDER

A step samples completions of a random Llama of 1.07 million parameters, computes their
rewards, and takes one step of Adam on one pass over them. It uses float32, no KL (TRL's
default for GRPO) and the full sampled distribution. Two releases of TRL are installed into
environments below FOLDER, which are kept; the newer one has no PPO. Each figure is the median
over the steps of a process after its warm-up, and then over the rounds. Sides alternate
within a round, each in a separate process. The model ends its completions itself; the table
shows their mean length on each side. Writes ``results/trainers.json``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from environments import make_venv
from record import write_record

TRL, TRL_PPO = "trl==1.16.0", "trl==1.9.2"
SIDES = {
    "ours: RLOO": "",
    "TRL: GRPO": "trl-1.16.0",
    "TRL: GRPO in 4 parts": "trl-1.16.0",
    "TRL: RLOO": "trl-1.16.0",
    "ours: PPO": "",
    "TRL: PPO": "trl-1.9.2",
    "SB3: PPO, our policy": "",
    "SB3: PPO, rows alone": "",
}
"""The sides, with the environment of the other libraries; empty for this package."""
SHAPES = {
    "64 x 64, dense": "dense",
    "8 x 16, dense": "dense",
    "64, ragged up to 128": "ragged",
    "64, ragged up to 64, prompt 192": "ragged",
}
"""The shapes of ``trainers_work.py``, with the model of each."""
SB3_SHAPE = "64 x 64, dense"
"""The only shape of Stable-Baselines3, with two steps, since its steps are slow."""
HERE = Path(__file__).parent


def main() -> None:
    """Measure, print the table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--venvs",
        type=Path,
        required=True,
        help="folder of TRL's environments",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10, help="measured steps per process")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before them")
    options = parser.parse_args()
    pythons = {"": Path(sys.executable)}
    for name, package in (("trl-1.16.0", TRL), ("trl-1.9.2", TRL_PPO)):
        pythons[name] = make_venv(options.venvs / name, package)
    measured: dict[tuple[str, str], list[dict[str, float]]] = {}
    loads = []
    with tempfile.TemporaryDirectory() as folder:
        # This process stays small, since its children would inherit its peak memory.
        run(sys.executable, "trainers_work.py", folder)
        for number in range(options.rounds):
            for shape, model in SHAPES.items():
                for side, rival in SIDES.items():
                    is_sb3 = side.startswith("SB3")
                    if is_sb3 and shape != SB3_SHAPE:
                        continue
                    counts = (1, 2) if is_sb3 else (options.warm_up, options.steps)
                    figures = run(
                        pythons[rival],
                        "trainers_play.py",
                        *(side, shape, f"{folder}/{model}", *map(str, counts)),
                    )
                    measured.setdefault((shape, side), []).append(figures)
                    loads.append(os.getloadavg()[0])
                    seconds = f"{figures['cpu_s']:.3f} CPU s, {figures['wall_s']:.3f} s"
                    print(f"round {number + 1}: {shape}: {side}: {seconds}", flush=True)
    rows = [
        {"shape": shape, "side": side, **summarise(rounds)}
        for (shape, side), rounds in measured.items()
    ]
    print(table(rows))
    settings = {
        "rounds": options.rounds,
        "steps": options.steps,
        "warm_up": options.warm_up,
        "rivals": [TRL, TRL_PPO, "stable-baselines3==2.9.2"],
        "threads": 1,
        "load_median": round(statistics.median(loads), 2),
        "load_range": [round(min(loads), 2), round(max(loads), 2)],
    }
    print(write_record("trainers", settings, rows))


def run(python: Path | str, program: str, *arguments: str) -> Any:
    """Run a program of this folder on one thread, and parse its last line of output."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    if str(python) != sys.executable:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(python), str(HERE / program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise RuntimeError(f"{program} {arguments} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def summarise(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return medians over the rounds, and rates computed from them."""
    median = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    return {
        "cpu_s": round(median["cpu_s"], 4),
        "cpu_s_least": round(min(each["cpu_s"] for each in rounds), 4),
        "wall_s": round(median["wall_s"], 4),
        "wall_s_least": round(min(each["wall_s"] for each in rounds), 4),
        "peak_mb": round(median["peak_mb"]),
        "peak_mb_before": round(median["peak_mb_before"]),
        "tokens_per_completion": round(median["tokens"] / median["completions"], 1),
        "completions_per_s": round(median["completions"] / median["wall_s"], 1),
        "completions_per_cpu_s": round(median["completions"] / median["cpu_s"], 1),
        "tokens_per_s": round(median["tokens"] / median["wall_s"]),
        "tokens_per_cpu_s": round(median["tokens"] / median["cpu_s"]),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """Build the table, with the ratio of each side to this package's learner of its kind."""
    names = ("CPU s", "times", "wall s", "times", "MB", "length", "samples/s", "tokens/s")
    lines = [f"{'':<54}" + "".join(f"{name:>11}" for name in names)]
    for row in rows:
        kind = "ours: PPO" if "PPO" in row["side"] else "ours: RLOO"
        own = next(each for each in rows if (each["shape"], each["side"]) == (row["shape"], kind))
        lines.append(
            f"{row['shape']:<33}{row['side']:<21}{row['cpu_s']:>11.3f}"
            f"{row['cpu_s'] / own['cpu_s']:>11.2f}{row['wall_s']:>11.3f}"
            f"{row['wall_s'] / own['wall_s']:>11.2f}{row['peak_mb']:>11.0f}"
            f"{row['tokens_per_completion']:>11.1f}{row['completions_per_s']:>11.1f}"
            f"{row['tokens_per_s']:>11,}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
