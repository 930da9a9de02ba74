"""A whole run: evaluates the base model, trains it, evaluates again and writes the results."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.agents.rollout import env_attribute
from rethink_gym.episode import load_episodes, save_episodes
from rethink_gym.errors import DataNotFoundError, argument_error, check_count, rename_arguments
from rethink_gym.evaluation.console import print_metrics, progress_bar
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.folder import (
    check_run_folder,
    make_numbered_folder,
    make_run_folder,
)
from rethink_gym.evaluation.log import make_logger
from rethink_gym.evaluation.measurement import find_model
from rethink_gym.evaluation.result import REPORT, Run, write_results
from rethink_gym.evaluation.run_config import RunConfig, RunOptions

if TYPE_CHECKING:
    from rich.console import Console
    from stable_baselines3.common.callbacks import BaseCallback

    from rethink_gym.agents.training.algorithm import Algorithm

__all__ = ["resume_and_report", "train_and_report"]

RUNS = Path("runs")
"""Default output directory, relative to the working directory."""

CHECKPOINT = "checkpoint"
"""Folder of the checkpoint, in the folder of a run."""


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
    options: RunOptions | None = None,
    learner: str | None = None,
    console: "Console | None" = None,
) -> Run:
    """Train a model, and evaluate it before and after on the same held-out problems.

    Both evaluations decode greedily, through the learner's own ``act``. An interrupted run can
    be continued with `resume_and_report`, with identical results.

    Args:
        algorithm_class: Class of the learner.
        env_id: Environment id, such as ``"MathSelfCorrect-v0"``.
        model: Base model: ``"tiny"``, the folder of a model, a run or a checkpoint, or a name on
            the hub.
        folder: New or empty folder for the run; by default the next numbered one in ``runs``.
        config: Settings of the learner; its defaults if None.
        total_episodes: Number of training episodes; the learner's default if None.
        seed: Seed of the problems and of sampling.
        env_kwargs: Keyword arguments of the environment.
        lora_rank: Rank of a new low-rank adapter, scaled by 2, that is trained instead of the
            weights; None trains all weights.
        device: Device of the model, as torch names it.
        num_eval_problems: Number of problems per evaluation.
        eval_split: Split of these problems.
        options: Validation, checkpointing and logging; the defaults if None.
        learner: Learner as given on the command line, for ``config.json``; the learner's own
            name if None.
        console: Console for progress bars and the table; None prints nothing.

    Returns:
        The results, and the folder that holds all files of the run.

    Raises:
        ArgumentError: If a count is below 1, ``config`` is not of the learner's class,
            ``eval_split`` does not exist, or ``folder`` is not empty.
        DivergenceError: If a loss or gradient is NaN or infinite.
        ModelError: If the model cannot be loaded.
        HubUnavailableError: If the model is on a hub that cannot be reached.
        MissingExtraError: If ``lora_rank`` is given and peft is not installed.
        KeyboardInterrupt: If Ctrl-C ended the run. It is saved and can be resumed.
    """
    from rethink_gym.agents.policies import LanguageModel
    from rethink_gym.agents.policies.lora import LoraConfig

    check_count("num_eval_problems", num_eval_problems)
    total = algorithm_class.default_episodes if total_episodes is None else total_episodes
    check_count("total_episodes", total)
    lora = None
    if lora_rank is not None:
        with rename_arguments({"rank": "lora_rank"}):
            lora = LoraConfig(rank=lora_rank, alpha=2.0 * lora_rank, seed=seed)
    policy = LanguageModel.from_pretrained(find_model(model), seed=seed, device=device, lora=lora)
    algorithm = algorithm_class(policy, env_id, config, seed=seed, env_kwargs=env_kwargs)
    if folder is not None:
        check_run_folder(folder)
    run_config = RunConfig(
        algorithm=algorithm.name,
        learner=learner or algorithm.name,
        env_id=env_id,
        env_kwargs=dict(env_kwargs or {}),
        model=model,
        lora_rank=lora_rank,
        device=device,
        seed=seed,
        total_episodes=total,
        eval_split=eval_split,
        num_eval_problems=num_eval_problems,
        options=options or RunOptions(),
        config=asdict(algorithm.config),
    )
    base = _evaluate("base", algorithm, run_config, console)
    if folder is None:
        name = re.sub(r"[^\w.-]+", "-", f"{algorithm.name}-{env_id}")
        folder = make_numbered_folder(RUNS, name)
    else:
        make_run_folder(folder)
    run_config.save(folder)
    save_episodes(folder / "episodes_base.jsonl", base.episodes)
    algorithm.save(folder / CHECKPOINT)
    return _finish(folder, algorithm, run_config, base, console)


def resume_and_report(
    algorithm_class: "type[Algorithm[Any]]", folder: Path, *, console: "Console | None" = None
) -> Run:
    """Resume an interrupted run from its last checkpoint.

    On a CPU, the final weights are identical to those of an uninterrupted run.

    Args:
        algorithm_class: Class of the learner of the run.
        folder: Folder of the run.
        console: Console for progress bars and the table; None prints nothing.

    Returns:
        The results, as from `train_and_report`.

    Raises:
        ArgumentError: If the run is finished.
        DataError: If a file of the run cannot be read.
        DataNotFoundError: If the folder does not hold a run, or the run has no checkpoint.
        CheckpointError: If the checkpoint is from another learner or cannot be read.
        DivergenceError: If a loss or gradient is NaN or infinite.
        KeyboardInterrupt: If Ctrl-C ended the run. It is saved and can be resumed.
    """
    run_config = RunConfig.load(folder)
    if (folder / REPORT).exists():
        remedy = "This run is finished. Its folder can be the --model of another run."
        raise argument_error("folder", "an unfinished run", str(folder), remedy)
    if not (folder / CHECKPOINT).is_dir():
        raise DataNotFoundError(
            f"folder must be a run with a checkpoint, got {str(folder)!r}. "
            "The run ended before its first checkpoint; delete the folder and start it again."
        )
    algorithm = algorithm_class.load(folder / CHECKPOINT, device=run_config.device)
    base = Evaluation(
        env_id=run_config.env_id,
        split=run_config.eval_split,
        episodes=tuple(load_episodes(folder / "episodes_base.jsonl")),
        is_stepwise=not env_attribute(algorithm.env, "has_attempts", True),
    )
    return _finish(folder, algorithm, run_config, base, console)


def _finish(
    folder: Path,
    algorithm: "Algorithm[Any]",
    run_config: RunConfig,
    base: Evaluation,
    console: "Console | None",
) -> Run:
    """Train to the end, evaluate, and write the results."""
    try:
        training_s = _train(algorithm, folder, run_config, console)
        trained = _evaluate("trained", algorithm, run_config, console)
    except KeyboardInterrupt:
        if console is not None:
            message = f"Interrupted. Resume with: rethink train --resume {folder}"
            console.print(message, style="bold", markup=False, soft_wrap=True)
        raise
    save_episodes(folder / "episodes_trained.jsonl", trained.episodes)
    run = Run(folder=folder, base=base, trained=trained, training_s=training_s)
    write_results(run, run_config)
    print_metrics(console, {"base": base, "trained": trained}, title=run_config.title)
    return run


def _train(
    algorithm: "Algorithm[Any]", folder: Path, run_config: RunConfig, console: "Console | None"
) -> float:
    """Train until `total_episodes`, and save the best weights as the checkpoint.

    Returns:
        Wall-clock seconds of training, over all processes of the run.
    """
    from rethink_gym.agents.training.callbacks import Checkpoints, Validation

    # A run that was killed during the final evaluation has been trained already.
    finished = algorithm.callback_state.get("run")
    if finished is not None:
        return float(finished["training_s"])

    def announce_end() -> None:
        if console is not None:
            console.print("Ending after this update; Ctrl-C again ends at once.", style="bold")

    options = run_config.options
    checkpoints = Checkpoints(
        folder / CHECKPOINT, every=options.checkpoint_every, on_interrupt=announce_end
    )
    callbacks: list[BaseCallback] = [checkpoints]
    if options.validate_every:
        validation = Validation(
            range(options.num_validation_problems),
            every=options.validate_every,
            patience=options.patience,
        )
        callbacks.append(validation)
    logger = make_logger(folder, options.log_formats, num_rows=algorithm.num_updates)
    algorithm.set_logger(logger)
    try:
        algorithm.learn(run_config.total_episodes, callbacks, progress_bar=console is not None)
    finally:
        logger.close()
    if checkpoints.is_interrupted:
        raise KeyboardInterrupt
    training_s = checkpoints.training_s
    algorithm.callback_state = {"run": {"training_s": training_s}}
    algorithm.save(folder / CHECKPOINT)
    return training_s


def _evaluate(
    label: str, algorithm: "Algorithm[Any]", run_config: RunConfig, console: "Console | None"
) -> Evaluation:
    """Evaluate the learner greedily on the held-out problems."""
    count = run_config.num_eval_problems
    # Training may use any split, but the evaluation always uses eval_split.
    env_kwargs = {name: arg for name, arg in run_config.env_kwargs.items() if name != "split"}
    names = {"problems": "num_eval_problems", "split": "eval_split"}
    with (
        rename_arguments(names),
        progress_bar(console, f"evaluating {label}", count) as on_progress,
    ):
        return evaluate(
            algorithm,
            run_config.env_id,
            problems=count,
            split=run_config.eval_split,
            env_kwargs=env_kwargs,
            seed=run_config.seed,
            on_progress=on_progress,
        )
