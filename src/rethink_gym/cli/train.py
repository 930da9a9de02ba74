"""``rethink train``: trains a model and reports the results."""

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console

from rethink_gym.cli.assignment import make_config, read_file, split_assignments
from rethink_gym.cli.environment import EnvOptions, read_env_options
from rethink_gym.errors import DataError, DataNotFoundError, argument_error, check_choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from rethink_gym.agents.training.algorithm import Algorithm
    from rethink_gym.evaluation.log import LogFormat
    from rethink_gym.evaluation.result import Run

__all__ = ["train"]

_INTERRUPTED = 130
"""Exit code of a program that was ended by Ctrl-C."""


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
        run = _interruptible(lambda: _resume(resume, console))
    else:
        if algorithm is None:
            remedy = "rethink train score trains with SCoRe; --resume FOLDER resumes a run."
            raise argument_error("ALGORITHM", "named", algorithm, remedy)
        settings = {
            **(read_file(config) if config else {}),
            **split_assignments("-o", option or ()),
        }
        env_kwargs = read_env_options(env, env_option or ())
        algorithm_class = _load_algorithm(algorithm)
        learner_config = make_config(algorithm_class.config_class, settings)

        from rethink_gym.evaluation.run import train_and_report
        from rethink_gym.evaluation.run_config import RunOptions

        options = RunOptions(
            validate_every=validate_every,
            num_validation_problems=validation_problems,
            patience=patience,
            checkpoint_every=checkpoint_every,
            # RunOptions refuses a format that does not exist.
            log_formats=cast("tuple[LogFormat, ...]", tuple(log or ())),
        )
        _hide_loading_bars()
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

    algorithm_class = _load_algorithm(RunConfig.load(folder).learner)
    _hide_loading_bars()
    return resume_and_report(algorithm_class, folder, console=console)


def _check_nothing_else(context: typer.Context) -> None:
    """Refuse arguments beside --resume, since they would have no effect."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source and source.name != "DEFAULT"]
    given.remove("resume")
    if given:
        remedy = "A run is resumed with the settings in its config.json."
        raise argument_error("--resume", "the only argument", given, remedy)


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


def _load_algorithm(name: str) -> "type[Algorithm[Any]]":
    """Return a learner of this package by its name, or any other by its file and class.

    Raises:
        ArgumentError: If the learner does not exist.
        DataNotFoundError: If the file does not exist.
        DataError: If the file cannot be imported.
    """
    from rethink_gym import agents

    if ":" not in name:
        known = check_choice("ALGORITHM", name, [*agents.ALGORITHMS, "path/to/file.py:ClassName"])
        algorithm_class: type[Algorithm[Any]] = getattr(agents, agents.ALGORITHMS[known])
        return algorithm_class
    path, _, class_name = name.rpartition(":")
    learners = _learners_in(Path(path))
    return learners[check_choice(f"class of {path}", class_name, learners)]


def _learners_in(path: Path) -> "dict[str, type[Algorithm[Any]]]":
    from rethink_gym.agents.training.algorithm import Algorithm

    if not path.is_file():
        remedy = "Write it as path/to/file.py:ClassName."
        raise DataNotFoundError(
            f"ALGORITHM must name an existing file, got {str(path)!r}. {remedy}"
        )
    spec = importlib.util.spec_from_file_location(f"_rethink_learner_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise argument_error("ALGORITHM", "a Python file and a class in it", str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up the names in annotations here
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError) as error:
        raise DataError(f"{path} cannot be imported: {error!r}.") from error
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Algorithm) and not inspect.isabstract(value)
    }
