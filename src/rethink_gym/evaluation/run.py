"""A whole run: measures the base, trains it, measures again, and writes it all down."""

import platform
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import save_episodes
from rethink_gym.errors import check_count
from rethink_gym.evaluation.console import print_metrics, progress_bar
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.figure import to_svg
from rethink_gym.evaluation.folder import (
    check_run_folder,
    make_numbered_folder,
    make_run_folder,
    write_json,
)
from rethink_gym.evaluation.measurement import find_model
from rethink_gym.evaluation.plots import metric_figure, training_figure, transition_figure
from rethink_gym.evaluation.progress import load_progress
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.table import metric_rows

if TYPE_CHECKING:
    from rich.console import Console
    from stable_baselines3.common.callbacks import BaseCallback

    from rethink_gym.agents.algorithm import Algorithm

__all__ = ["Run", "train_and_report"]

RUNS = Path("runs")
"""Where runs go, seen from the working directory, if nobody says otherwise."""

_PACKAGES = ("rethink-gym", "gymnasium", "numpy", "stable-baselines3", "torch", "transformers")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run left behind.

    Attributes:
        folder: Where it lies: ``config.json``, ``metrics.json``, ``progress.csv`` and
            ``progress.json`` (one line per update), ``episodes_base.jsonl``,
            ``episodes_trained.jsonl``, ``checkpoint/``, ``plots/``, ``report.html``.
        base: What the policy did before it was trained.
        trained: What it did afterwards, on the same problems.
        training_s: Wall-clock seconds that training took.
    """

    folder: Path
    base: Evaluation
    trained: Evaluation
    training_s: float


def train_and_report(
    algorithm_class: "type[Algorithm[Any]]",
    *,
    env_id: str,
    model: str,
    folder: Path | None = None,
    config: object | None = None,
    total_episodes: int | None = None,
    seed: int = 0,
    env_kwargs: Mapping[str, Any] | None = None,
    num_eval_problems: int = 1000,
    eval_split: str = "test",
    callbacks: "Sequence[BaseCallback]" = (),
    console: "Console | None" = None,
) -> Run:
    """Train a model, and measure it before and after on the same held-out problems.

    Both times it plays greedily, by the learner's own ``act``.

    Args:
        algorithm_class: The learner.
        env_id: Where it plays, such as ``"MathSelfCorrect-v0"``.
        model: What it starts from: ``"tiny"``, the folder of a model, a run or a
            checkpoint, or a name on the hub.
        folder: Where the run goes, a new or empty folder; by default the next one
            with a free number in ``runs``.
        config: The learner's settings; its defaults if None.
        total_episodes: Episodes to learn from; the learner's default if None.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: Further arguments of the environment.
        num_eval_problems: How many problems to measure on.
        eval_split: Where these are from.
        callbacks: Further callbacks for ``learn``.
        console: Where progress bars and the table go; nowhere if None.

    Returns:
        What was measured, and where everything lies.

    Raises:
        ArgumentError: If an argument is not what it must be, or something lies in
            the folder already.
        ModelError: If the model cannot be used.
        HubUnavailableError: If the model is on a hub that cannot be reached.
    """
    from stable_baselines3.common.logger import configure

    from rethink_gym.agents.policies import LanguageModel

    check_count("num_eval_problems", num_eval_problems)
    total = algorithm_class.default_episodes if total_episodes is None else total_episodes
    check_count("total_episodes", total)
    policy = LanguageModel.from_pretrained(find_model(model), seed=seed)
    algorithm = algorithm_class(policy, env_id, config, seed=seed, env_kwargs=env_kwargs)
    if folder is not None:
        check_run_folder(folder)

    # What it learns from may be any split; what it is measured on is eval_split.
    eval_kwargs = {name: value for name, value in (env_kwargs or {}).items() if name != "split"}

    def measure(label: str) -> Evaluation:
        with progress_bar(console, f"measuring {label}", num_eval_problems) as on_progress:
            return evaluate(
                _Greedy(algorithm),
                env_id,
                problems=num_eval_problems,
                split=eval_split,
                env_kwargs=eval_kwargs,
                seed=seed,
                on_progress=on_progress,
            )

    base = measure("base")
    if folder is None:
        name = re.sub(r"[^\w.-]+", "-", f"{algorithm.name}-{env_id}")
        folder = make_numbered_folder(RUNS, name)
    else:
        make_run_folder(folder)
    settings = {
        "algorithm": algorithm.name,
        "env": env_id,
        "env_kwargs": dict(env_kwargs or {}),
        "model": model,
        "seed": seed,
        "total_episodes": total,
        "eval_split": eval_split,
        "num_eval_problems": num_eval_problems,
        "config": asdict(algorithm.config),
        "versions": {name: version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "machine": platform.platform(),
    }
    write_json(folder / "config.json", settings)
    save_episodes(folder / "episodes_base.jsonl", base.episodes)
    logger = configure(str(folder), ["csv", "json"])
    algorithm.set_logger(logger)
    started = time.perf_counter()
    try:
        algorithm.learn(total, callback=list(callbacks), progress_bar=console is not None)
    finally:
        logger.close()
    training_s = time.perf_counter() - started
    algorithm.save(folder / "checkpoint")
    trained = measure("trained")
    save_episodes(folder / "episodes_trained.jsonl", trained.episodes)
    run = Run(folder=folder, base=base, trained=trained, training_s=training_s)
    _write_results(run, settings)
    print_metrics(console, {"base": base, "trained": trained}, title=_title(settings))
    return run


class _Greedy:
    """A learner as a policy that always says the likeliest."""

    def __init__(self, algorithm: "Algorithm[Any]") -> None:
        self._algorithm = algorithm

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say the next message of each conversation."""
        return self._algorithm.act(conversations, deterministic=True)


def _write_results(run: Run, settings: Mapping[str, Any]) -> None:
    """Write ``metrics.json``, the plots and the report of a run."""
    evaluations = {"base": run.base, "trained": run.trained}
    progress = load_progress(run.folder / "progress.csv")
    differences = {row.name: row.difference for row in metric_rows(evaluations)}
    metrics: dict[str, object] = {name: value.to_dict() for name, value in evaluations.items()}
    metrics["change"] = {n: None if d is None else d.to_dict() for n, d in differences.items()}
    metrics["training_s"] = round(run.training_s, 2)
    write_json(run.folder / "metrics.json", metrics)
    figures = {"training": training_figure(progress), "metrics": metric_figure(evaluations)}
    if len(run.trained.metrics.accuracies) > 1:
        figures["transitions"] = transition_figure(evaluations)
    (run.folder / "plots").mkdir()
    for name, figure in figures.items():
        if figure is not None:
            (run.folder / "plots" / f"{name}.svg").write_text(to_svg(figure), encoding="utf-8")
    num_problems = len(run.trained.episodes)
    report = Report(
        title=_title(settings),
        subtitle=(
            f"Model {Path(settings['model']).name}, {settings['total_episodes']:,} episodes in "
            f"{run.training_s / 60:.1f} minutes, seed {settings['seed']}; measured greedily "
            f"on the same {num_problems:,} held-out problems before and after"
        ),
        evaluations=evaluations,
        progress=progress,
        settings=settings,
    )
    write_report(run.folder / "report.html", report)


def _title(settings: Mapping[str, Any]) -> str:
    return f"{settings['algorithm']} on {settings['env']}"
