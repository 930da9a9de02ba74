"""Write the results of a benchmark to results/, with settings and machine."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["write_record"]

_HERE = Path(__file__).parent


def write_record(name: str, settings: Mapping[str, object], figures: object) -> Path:
    """Write ``results/<name>.json``.

    Args:
        name: Name of the benchmark.
        settings: Settings of the benchmark.
        figures: Results, as plain JSON data.

    Returns:
        Path of the file.
    """
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load": [round(load, 2) for load in os.getloadavg()],
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
        },
        "settings": dict(settings),
        "figures": figures,
    }
    path = _HERE / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path


def _commit() -> str:
    """Return the current commit, marked as dirty if files differ from it."""
    done = subprocess.run(
        ["git", "-C", str(_HERE), "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
