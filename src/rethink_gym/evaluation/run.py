"""A whole run: measures the base, trains it, measures again, and writes it all down."""

import json
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.episode import load_episodes, save_episodes
from rethink_gym.errors import (
    DataError,
    DataNotFoundError,
    argument_error,
    check_count,
)
from rethink_gym.evaluation.console import print_metrics, progress_bar
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.folder import (
    check_run_folder,
    make_numbered_folder,
    make_run_folder,
    write_json,
)
from rethink_gym.evaluation.measurement import find_model
from rethink_gym.evaluation.result import REPORT, Run, run_title, write_results
from rethink_gym.evaluation.upkeep import CHECKPOINT, Upkeep, learn

if TYPE_CHECKING:
    from rich.console import Console

    from rethink_gym.agents.training.algorithm import Algorithm

__all__ = ["read_settings", "resume_and_report", "train_and_report"]

RUNS = Path("runs")
"""Where runs go, seen from the working directory, if nobody says otherwise."""

CONFIG = "config.json"

_PACKAGES = ("rethink-gym", "gymnasium", "numpy", "stable-baselines3", "torch", "transformers")


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
    lora_rank: int | None = None,
    device: str = "cpu",
    num_eval_problems: int = 1000,
    eval_split: str = "test",
    upkeep: Upkeep | None = None,
    learner: str | None = None,
    console: "Console | None" = None,
) -> Run:
    """Train a model, and measure it before and after on the same held-out problems.

    Both times it plays greedily, by the learner's own ``act``. A run that is killed or
    interrupted goes on by `resume_and_report`, and comes out the same to the last bit.

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
        lora_rank: Gives the model a fresh low-rank adapter of this rank, scaled by 2,
            which alone is trained; None to train all weights.
        device: Where the model runs, as torch names it.
        num_eval_problems: How many problems to measure on.
        eval_split: Where these are from.
        upkeep: How the run is validated, saved and logged; its defaults if None.
        learner: How the command line names the learner, for ``config.json``; its own
            name if None.
        console: Where progress bars and the table go; nowhere if None.

    Returns:
        What was measured, and where everything lies.

    Raises:
        ArgumentError: If an argument is not what it must be, or something lies in
            the folder already.
        DivergenceError: If a loss or gradient is infinite or no number.
        ModelError: If the model cannot be used.
        HubUnavailableError: If the model is on a hub that cannot be reached.
        MissingExtraError: If an adapter is asked for, and peft is not installed.
        KeyboardInterrupt: If Ctrl-C ended it, saved and ready to go on.
    """
    from rethink_gym.agents.policies import LanguageModel
    from rethink_gym.agents.policies.lora import LoraConfig

    check_count("num_eval_problems", num_eval_problems)
    total = algorithm_class.default_episodes if total_episodes is None else total_episodes
    check_count("total_episodes", total)
    lora = None
    if lora_rank is not None:
        lora = LoraConfig(rank=lora_rank, alpha=2.0 * lora_rank, seed=seed)
    policy = LanguageModel.from_pretrained(find_model(model), seed=seed, device=device, lora=lora)
    algorithm = algorithm_class(policy, env_id, config, seed=seed, env_kwargs=env_kwargs)
    if folder is not None:
        check_run_folder(folder)
    settings: dict[str, Any] = {
        "algorithm": algorithm.name,
        "learner": learner or algorithm.name,
        "env": env_id,
        "env_kwargs": dict(env_kwargs or {}),
        "model": model,
        "lora_rank": lora_rank,
        "device": device,
        "seed": seed,
        "total_episodes": total,
        "eval_split": eval_split,
        "num_eval_problems": num_eval_problems,
        **asdict(upkeep or Upkeep()),
        "config": asdict(algorithm.config),
        "versions": {name: version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "machine": platform.platform(),
    }
    base = _measure("base", algorithm, settings, console)
    if folder is None:
        name = re.sub(r"[^\w.-]+", "-", f"{algorithm.name}-{env_id}")
        folder = make_numbered_folder(RUNS, name)
    else:
        make_run_folder(folder)
    write_json(folder / CONFIG, settings)
    save_episodes(folder / "episodes_base.jsonl", base.episodes)
    algorithm.save(folder / CHECKPOINT)
    return _finish(folder, algorithm, settings, base, console)


def resume_and_report(
    algorithm_class: "type[Algorithm[Any]]", folder: Path, *, console: "Console | None" = None
) -> Run:
    """Go on with a run that was killed or interrupted, from its last checkpoint.

    On a CPU it ends in the same weights as if nothing had been.

    Args:
        algorithm_class: The learner of the run.
        folder: The run.
        console: Where progress bars and the table go; nowhere if None.

    Returns:
        What `train_and_report` would have returned.

    Raises:
        ArgumentError: If the run is finished.
        DataNotFoundError: If the folder holds no run, or none that began to learn.
        CheckpointError: If another learner wrote the checkpoint, or it cannot be read.
        DivergenceError: If a loss or gradient is infinite or no number.
        KeyboardInterrupt: If Ctrl-C ended it, saved and ready to go on.
    """
    settings = read_settings(folder)
    if (folder / REPORT).exists():
        remedy = "This one is finished; its folder serves as --model for another run."
        raise argument_error("folder", "an unfinished run", str(folder), remedy)
    algorithm = algorithm_class.load(folder / CHECKPOINT, device=settings["device"])
    base = Evaluation(
        env_id=settings["env"],
        split=settings["eval_split"],
        episodes=tuple(load_episodes(folder / "episodes_base.jsonl")),
    )
    return _finish(folder, algorithm, settings, base, console)


def read_settings(folder: Path) -> dict[str, Any]:
    """Read the settings that a run was begun with.

    Args:
        folder: The run.

    Returns:
        What ``config.json`` holds.

    Raises:
        DataNotFoundError: If the folder holds no run.
        DataError: If its settings cannot be read.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise DataNotFoundError(
            f"folder must be a run with a {CONFIG}, got {str(folder)!r}. "
            "A run that ended before its first checkpoint has to be begun anew."
        )
    try:
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} cannot be read as JSON: {error}.") from error
    return settings


def _finish(
    folder: Path,
    algorithm: "Algorithm[Any]",
    settings: dict[str, Any],
    base: Evaluation,
    console: "Console | None",
) -> Run:
    """Learn what is left to learn, measure, and write it all down."""
    try:
        training_s = learn(algorithm, folder, settings, console)
        trained = _measure("trained", algorithm, settings, console)
    except KeyboardInterrupt:
        if console is not None:
            said = f"Interrupted; go on with: rethink train --resume {folder}"
            console.print(said, style="bold", markup=False, soft_wrap=True)
        raise
    save_episodes(folder / "episodes_trained.jsonl", trained.episodes)
    run = Run(folder=folder, base=base, trained=trained, training_s=training_s)
    write_results(run, settings)
    print_metrics(console, {"base": base, "trained": trained}, title=run_title(settings))
    return run


def _measure(
    label: str,
    algorithm: "Algorithm[Any]",
    settings: Mapping[str, Any],
    console: "Console | None",
) -> Evaluation:
    """Play the held-out problems greedily."""
    count = settings["num_eval_problems"]
    # What it learns from may be any split; what it is measured on is eval_split.
    env_kwargs = {name: arg for name, arg in settings["env_kwargs"].items() if name != "split"}
    with progress_bar(console, f"measuring {label}", count) as on_progress:
        return evaluate(
            algorithm,
            settings["env"],
            problems=count,
            split=settings["eval_split"],
            env_kwargs=env_kwargs,
            seed=settings["seed"],
            on_progress=on_progress,
        )
