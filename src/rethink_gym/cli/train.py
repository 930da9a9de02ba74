"""``rethink train``: trains a model and reports the results."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console

from rethink_gym.cli.assignment import make_config, read_file, split_assignments
from rethink_gym.cli.environment import EnvOptions, read_env_options
from rethink_gym.cli.learner import load_learner
from rethink_gym.cli.option_names import options_named
from rethink_gym.errors import ArgumentError, argument_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from rethink_gym.evaluation.log import LogFormat
    from rethink_gym.evaluation.result import Run

__all__ = ["train"]

_INTERRUPTED = 130
"""Exit code of a program that was ended by Ctrl-C."""

_RENAMED = {
    "env_id": "env",
    "env_kwargs": "env_option",
    "folder": "out",
    "log format": "log",
    "num_eval_problems": "eval_problems",
    "num_validation_problems": "validation_problems",
    "total_episodes": "episodes",
}
"""Parameter of the command for each argument of `train_and_report` with another name."""


def train(
    context: typer.Context,
    algorithm: Annotated[
        str | None,
        typer.Argument(
            metavar="ALGORITHM",
            help="Learner: a name, such as score or ppo, or path/to/file.py:ClassName. "
            "An unknown name prints all names.",
            show_default=False,
        ),
    ] = None,
    env: Annotated[str, typer.Option(help="Environment id.")] = "MathSelfCorrect-v0",
    model: Annotated[
        str,
        typer.Option(
            help='Base model: "tiny", the folder of a model, a run or a checkpoint, or a name on '
            "the hub."
        ),
    ] = "tiny",
    lora_rank: Annotated[
        int | None,
        typer.Option(
            help="Rank of a low-rank adapter that is trained instead of all weights.",
            show_default="none",
        ),
    ] = None,
    episodes: Annotated[
        int | None,
        typer.Option(help="Number of training episodes.", show_default="the learner's"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the problems and of sampling.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for the run.", show_default="runs/LEARNER-ENV-NUMBER"),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--option",
            metavar="NAME=VALUE",
            help="Setting of the learner; may be repeated. An unknown name prints all names.",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="File with settings of the learner, .json or .toml; -o overrides it."),
    ] = None,
    device: Annotated[str, typer.Option(help="Device of the model, such as cpu or cuda.")] = "cpu",
    env_option: EnvOptions = None,
    eval_problems: Annotated[
        int, typer.Option(help="Number of problems of the evaluation before and after training.")
    ] = 1000,
    eval_split: Annotated[str, typer.Option(help="Split of these problems.")] = "test",
    validate_every: Annotated[
        int,
        typer.Option(
            help="Updates between validations on the split 'validation'. The best "
            "weights are kept. 0 turns validation off."
        ),
    ] = 10,
    validation_problems: Annotated[int, typer.Option(help="Problems per validation.")] = 200,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Stop after this many validations without improvement.",
            show_default="never",
        ),
    ] = None,
    checkpoint_every: Annotated[int, typer.Option(help="Updates between checkpoints.")] = 10,
    log: Annotated[
        list[str] | None,
        typer.Option(
            metavar="stdout|tensorboard|wandb",
            help="Output of the training log besides progress.csv and progress.json; may be "
            "repeated.",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Resume an interrupted run with its own settings.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Train a model, and evaluate it before and after on the same held-out problems."""
    console = Console()
    if resume is not None:
        _check_nothing_else(context)
        with options_named(context, folder="resume"):
            run = _interruptible(lambda: _resume(resume, console))
    else:
        if algorithm is None:
            raise ArgumentError(
                "ALGORITHM must be the name of a learner, got nothing. "
                "`rethink train score` trains with SCoRe; --resume FOLDER resumes a run."
            )
        settings = {
            **(read_file(config) if config else {}),
            **split_assignments("-o", option or ()),
        }
        env_kwargs = read_env_options(env, env_option or ())
        algorithm_class = load_learner(algorithm)
        learner_config = make_config(algorithm_class.config_class, settings)

        from rethink_gym.evaluation.run import train_and_report
        from rethink_gym.evaluation.run_config import RunOptions

        _hide_loading_bars()
        with options_named(context, **_RENAMED):
            options = RunOptions(
                validate_every=validate_every,
                num_validation_problems=validation_problems,
                patience=patience,
                checkpoint_every=checkpoint_every,
                # RunOptions refuses a format that does not exist.
                log_formats=cast("tuple[LogFormat, ...]", tuple(log or ())),
            )
            run = _interruptible(
                lambda: train_and_report(
                    algorithm_class,
                    env_id=env,
                    model=model,
                    folder=out,
                    config=learner_config,
                    total_episodes=episodes,
                    seed=seed,
                    env_kwargs=env_kwargs,
                    lora_rank=lora_rank,
                    device=device,
                    num_eval_problems=eval_problems,
                    eval_split=eval_split,
                    options=options,
                    learner=_absolute_name(algorithm),
                    console=console,
                )
            )
    report = run.folder / "report.html"
    console.print(f"Report: {report}", markup=False, soft_wrap=True)


def _resume(folder: Path, console: Console) -> "Run":
    from rethink_gym.evaluation.run import resume_and_report
    from rethink_gym.evaluation.run_config import RunConfig

    algorithm_class = load_learner(RunConfig.load(folder).learner)
    _hide_loading_bars()
    return resume_and_report(algorithm_class, folder, console=console)


def _check_nothing_else(context: typer.Context) -> None:
    """Refuse arguments beside --resume, since they would have no effect."""
    given = []
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if name != "resume" and source is not None and source.name != "DEFAULT":
            is_option = parameter.opts[0].startswith("-")
            given.append(parameter.opts[0] if is_option else context.params[name])
    if given:
        remedy = "A run is resumed with the settings in its config.json."
        raise argument_error("--resume", "the only argument", ["--resume", *given], remedy)


def _interruptible(train_or_resume: "Callable[[], Run]") -> "Run":
    """Exit with the usual code after Ctrl-C. The run has printed how to resume it."""
    try:
        return train_or_resume()
    except KeyboardInterrupt as error:
        raise typer.Exit(_INTERRUPTED) from error


def _hide_loading_bars() -> None:
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # no types there


def _absolute_name(algorithm: str) -> str:
    """Make the path of a learner absolute, so that a run can be resumed from any folder."""
    path, colon, class_name = algorithm.rpartition(":")
    return f"{Path(path).resolve()}:{class_name}" if colon else algorithm
