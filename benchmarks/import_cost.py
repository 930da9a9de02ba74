"""Measure the cost of importing rethink-gym after Gymnasium.

``python benchmarks/import_cost.py`` prints a table and writes
``results/import_cost.json``: CPU seconds and loaded modules of a new interpreter that
imports Gymnasium, then rethink-gym, then makes an environment. The cheapest of several
interpreters counts, since other programs can only slow one down.
"""

import argparse
import json
import subprocess
import sys

from record import write_record

STAGES = {
    "import gymnasium": "import gymnasium",
    "import rethink_gym": "import rethink_gym",
    'gym.make("MathSelfCorrect-v0")': "gymnasium.make('MathSelfCorrect-v0')",
    'gym.make_vec("MathSelfCorrect-v0", num_envs=64)': (
        "gymnasium.make_vec('MathSelfCorrect-v0', num_envs=64)"
    ),
}
PROGRAM = f"""
import json, sys, time
figures = []
for code in {list(STAGES.values())!r}:
    started = time.process_time()
    exec(code)
    figures.append((time.process_time() - started, len(sys.modules)))
print(json.dumps(figures))
"""


def main() -> None:
    """Run the interpreters, print the table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    runs = []
    for _ in range(arguments.rounds):
        completed = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
        )
        runs.append(json.loads(completed.stdout))

    figures = {}
    print(f"{'':<48} {'CPU seconds':>12} {'modules so far':>15}")
    for index, stage in enumerate(STAGES):
        seconds = min(run[index][0] for run in runs)
        num_modules = runs[0][index][1]
        print(f"{stage:<48} {seconds:>12.4f} {num_modules:>15}")
        figures[stage] = {"cpu_s": round(seconds, 5), "modules_so_far": num_modules}
    print(write_record("import_cost", vars(arguments), figures))


if __name__ == "__main__":
    main()
