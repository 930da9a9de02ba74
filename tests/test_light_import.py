"""The promise that importing us, and making a generated task, stays light."""

import json
import subprocess
import sys

HEAVY = {
    "datasets",
    "matplotlib",
    "mpmath",
    "nltk",
    "pandas",
    "pyarrow",
    "rapidfuzz",
    "rich",
    "rouge_score",
    "scipy",
    "stable_baselines3",
    "sympy",
    "torch",
    "transformers",
    "typer",
}
PROGRAM = """
import json, sys, time
import gymnasium
before = set(sys.modules)
started = time.process_time()
import rethink_gym
gymnasium.make("MathSelfCorrect-v0").reset(seed=0)
gymnasium.make_vec("MathSelfCorrect-v0", num_envs=2).reset(seed=0)
seconds = time.process_time() - started
print(json.dumps({"seconds": seconds, "modules": sorted(set(sys.modules) - before)}))
"""
MAX_CPU_S = 0.3
MAX_MODULES = 100


def test_making_a_generated_task_loads_nothing_heavy_and_costs_little() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    top_levels = {module.partition(".")[0] for module in loaded["modules"]}
    assert not top_levels & HEAVY
    assert len(loaded["modules"]) <= MAX_MODULES, loaded["modules"]
    assert loaded["seconds"] <= MAX_CPU_S


def test_importing_prints_and_warns_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import rethink_gym"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
