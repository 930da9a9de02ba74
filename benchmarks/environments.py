"""Measures our environments beside Gymnasium's least, reasoning-gym, GEM and TextArena.

    python benchmarks/environments.py --venvs FOLDER

Each rival is installed from the package index into an environment of its own below
FOLDER (kept for the next time). Imports are measured in fresh interpreters, everything
else in one process for each library and round, rounds interleaved; the best round of
each figure counts, since other programs can only make one slower. All figures are CPU
time. An arithmetic problem is played where the library has one; TextArena's games of
numbers stand in for it. Steps of vector environments count as Gymnasium counts them: with
its default autoreset the step that begins the next episode is one, too; GEM begins it
within the step that ends the last.
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
        "--venvs", type=Path, required=True, help="where the environments of the rivals are"
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
            known = imports.setdefault(name, {"cpu_s": seconds, "modules": modules})
            known["cpu_s"] = min(known["cpu_s"], seconds)
            found = run(name, python, str(PLAY), name, str(options.seconds))
            for figure, rate in found.items():
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
    """Install packages into an environment of their own; return its interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def run(library: str, python: Path, *arguments: str) -> Any:
    """Run a program of one library and read what it prints last."""
    # A path to our package would hide what the environment of a rival holds.
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONPATH" or library == "rethink-gym"
    }
    done = subprocess.run(
        [str(python), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # some warn of optional parts that are missing
        text=True,
        check=True,
        env=surroundings,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
