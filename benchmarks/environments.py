"""Compare our environments with a minimal Gymnasium environment, reasoning-gym, GEM and TextArena.

    python benchmarks/environments.py --venvs FOLDER

Each rival is installed from the package index into a virtual environment of its own below
FOLDER, which is kept for the next run. Imports are measured in new interpreters, everything
else in one process per library and round. The rounds are interleaved, and the best round of
each figure counts, since other programs can only slow one down. All figures are CPU time.
Where a library has arithmetic problems, these are played; for TextArena, its games of
numbers. Steps of vector environments are counted as Gymnasium does: with its default
autoreset, the step that starts the next episode counts, too. GEM starts the next episode
within the step that ends the last one.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from record import write_record

RIVALS = {
    "gymnasium": "gymnasium==1.4.0",
    "reasoning-gym": "reasoning-gym==0.1.25",
    "gem": "gem-llm==0.1.0",
    "textarena": "textarena==0.7.4",
}
IMPORTS = {
    "rethink-gym": "import gymnasium, rethink_gym",
    "gymnasium": "import gymnasium",
    "reasoning-gym": "import reasoning_gym",
    "gem": "import gem",
    "textarena": "import textarena",
}
IMPORT_PROGRAM = """
import contextlib, io, json, sys, time
started = time.process_time()
with contextlib.redirect_stdout(io.StringIO()):
    exec(sys.argv[1])
print(json.dumps([time.process_time() - started, len(sys.modules)]))
"""
PLAY = Path(__file__).with_name("environments_play.py")


def main() -> None:
    """Measure, print the tables and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--venvs", type=Path, required=True, help="folder of the virtual environments of the rivals"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5, help="CPU seconds of one figure")
    options = parser.parse_args()
    pythons = {"rethink-gym": Path(sys.executable)}
    pythons |= {name: make_venv(options.venvs / name, RIVALS[name]) for name in RIVALS}

    imports: dict[str, dict[str, float]] = {}
    rates: dict[str, dict[str, float]] = {name: {} for name in pythons}
    for _ in range(options.rounds):
        for name, python in pythons.items():
            seconds, modules = run(name, python, "-c", IMPORT_PROGRAM, IMPORTS[name])
            best = imports.setdefault(name, {"cpu_s": seconds, "modules": modules})
            best["cpu_s"] = min(best["cpu_s"], seconds)
            figures = run(name, python, str(PLAY), name, str(options.seconds))
            for figure, rate in figures.items():
                rates[name][figure] = max(rates[name].get(figure, 0.0), rate)

    print(f"{'import':<16}{'CPU s':>10}{'modules':>10}")
    for name, row in imports.items():
        print(f"{name:<16}{row['cpu_s']:>10.3f}{row['modules']:>10,}")
    print(f"\n{'per CPU second':<60}")
    for name, figures in rates.items():
        for figure, rate in figures.items():
            print(f"{name:<16}{figure:<44}{rate:>12,.0f}")
    settings = {"rivals": RIVALS, "rounds": options.rounds, "seconds": options.seconds}
    measured = {
        name: {
            "import_cpu_s": round(imports[name]["cpu_s"], 4),
            "modules": imports[name]["modules"],
            "per_cpu_s": {figure: round(rate) for figure, rate in rates[name].items()},
        }
        for name in pythons
    }
    print(f"\n{write_record('environments', settings, measured)}")


def make_venv(folder: Path, *packages: str) -> Path:
    """Install packages into a virtual environment of their own; return its interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def run(library: str, python: Path, *arguments: str) -> Any:
    """Run a program of one library and parse the last line of its output."""
    # With a path to our package, a rival could import modules from there.
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONPATH" or library == "rethink-gym"
    }
    completed = subprocess.run(
        [str(python), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # some print warnings about missing optional packages
        text=True,
        check=True,
        env=environment,
    )
    return json.loads(completed.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
