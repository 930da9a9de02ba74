"""Run the cells of a table, each once; an interrupted table is resumed.

A cell is one agent with one seed. It has its own folder below that of the table. A cell is
finished when its folder holds ``result.json``, and is not run again.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

__all__ = ["Cell", "finished_cells", "run_cells"]

Figures = dict[str, Any]
"""Results of a cell, as plain JSON data."""

_RESULT = "result.json"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One agent with one seed.

    Attributes:
        name: Folder below that of the table, such as ``"ppo/seed0"``.
        work: Function that runs the cell, in a separate process with one thread. It gets the
            folder, and the settings as keyword arguments. The folder may hold files of an
            earlier attempt.
        settings: All settings that influence the result, as plain JSON data.
    """

    name: str
    work: Callable[..., Figures]
    settings: Mapping[str, Any] = field(default_factory=dict)


def run_cells(cells: Sequence[Cell], root: Path, *, workers: int, title: str) -> None:
    """Run all cells that are not finished.

    Args:
        cells: Cells that do not depend on each other.
        root: Folder of the table.
        workers: Number of parallel processes.
        title: Title of the progress bar.

    Raises:
        ValueError: If a finished cell was run with other settings.
    """
    finished = finished_cells(cells, root)
    waiting = [cell for cell in cells if cell.name not in finished]
    os.environ["OMP_NUM_THREADS"] = "1"  # read by the workers as they start
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Progress(*columns, TimeElapsedColumn()) as progress,
        ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
    ):
        bar = progress.add_task(title, total=len(cells), completed=len(finished))
        jobs = {pool.submit(_run_cell, cell, root): cell for cell in waiting}
        try:
            for job in as_completed(jobs):
                job.result()
                progress.update(bar, advance=1, description=f"{title}: {jobs[job].name}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def finished_cells(cells: Sequence[Cell], root: Path) -> dict[str, Figures]:
    """Read the results of the finished cells.

    Args:
        cells: The cells.
        root: Folder of the table.

    Returns:
        Results by name of the cell, with their ``cpu_s`` and ``wall_s``.

    Raises:
        ValueError: If a finished cell was run with other settings.
    """
    results = {}
    for cell in cells:
        path = root / cell.name / _RESULT
        if not path.exists():
            continue
        result = json.loads(path.read_text(encoding="utf-8"))
        wanted = json.loads(json.dumps(dict(cell.settings)))
        if result["settings"] != wanted:
            raise ValueError(
                f"{path} must be of the settings {wanted}, got {result['settings']}. "
                "Choose another folder, or remove the cell's."
            )
        results[cell.name] = {
            **result["figures"],
            "cpu_s": result["cpu_s"],
            "wall_s": result["wall_s"],
        }
    return results


def _run_cell(cell: Cell, root: Path) -> None:
    import torch

    torch.set_num_threads(1)
    folder = root / cell.name
    folder.mkdir(parents=True, exist_ok=True)
    wall, cpu = time.perf_counter(), time.process_time()
    figures = cell.work(folder, **cell.settings)
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": dict(cell.settings),
        "wall_s": round(time.perf_counter() - wall, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "figures": figures,
    }
    whole = folder / f".{_RESULT}"
    whole.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    whole.replace(folder / _RESULT)  # atomic, so that a file of this name is always complete
