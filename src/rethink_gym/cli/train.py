"""``rethink train``: trains a model, and reports what it learned."""

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from rethink_gym.cli.assignment import make_config, read_file, split_assignments
from rethink_gym.cli.environment import EnvOptions, read_env_options
from rethink_gym.errors import DataError, DataNotFoundError, argument_error, check_choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from rethink_gym.agents.training.algorithm import Algorithm
    from rethink_gym.evaluation.result import Run

__all__ = ["train"]

_INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended."""


def train(
    context: typer.Context,
    algorithm: Annotated[
        str | None,
        typer.Argument(
            metavar="ALGORITHM",
            help="A learner by its name, such as score or ppo, or one of yours: "
            "path/to/file.py:ClassName. With a wrong name, all names are listed.",
            show_default=False,
        ),
    ] = None,
    env: Annotated[str, typer.Option(help="Where it plays.")] = "MathSelfCorrect-v0",
    model: Annotated[
        str,
        typer.Option(
            help='What it starts from: "tiny", the folder of a model, of a run or of a checkpoint, '
            "or a name on the hub."
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
        typer.Option(help="Episodes to learn from.", show_default="the learner's"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides which problems and tokens are drawn.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for the run.", show_default="runs/LEARNER-ENV-NUMBER"),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "-o", "--option", metavar="NAME=VALUE", help="Setting of the learner; may be repeated."
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="File of such settings, .json or .toml; -o overrides it.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where the model runs, such as cpu or cuda.")] = "cpu",
    env_option: EnvOptions = None,
    eval_problems: Annotated[
        int, typer.Option(help="Problems to measure on, before and after.")
    ] = 1000,
    eval_split: Annotated[str, typer.Option(help="Where these are from.")] = "test",
    validate_every: Annotated[
        int,
        typer.Option(
            help="Updates between measurements on the split 'validation', of which the best "
            "weights are kept; 0 for none."
        ),
    ] = 10,
    validation_problems: Annotated[int, typer.Option(help="Problems of such a measurement.")] = 200,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Measurements without a new best one after which it stops.",
            show_default="never",
        ),
    ] = None,
    checkpoint_every: Annotated[int, typer.Option(help="Updates between checkpoints.")] = 10,
    log: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help="Where numbers go besides progress.csv and progress.json: stdout, "
            "tensorboard or wandb; may be repeated.",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Go on with a run that was killed or interrupted, as it was begun.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Train a model, and measure it before and after on the same held-out problems."""
    console = Console()
    if resume is not None:
        _check_nothing_else(context)
        run = _interruptible(lambda: _resume(resume, console))
    else:
        if algorithm is None:
            remedy = "rethink train score trains SCoRe; --resume FOLDER goes on with a run."
            raise argument_error("ALGORITHM", "named", algorithm, remedy)
        settings = {
            **(read_file(config) if config else {}),
            **split_assignments("-o", option or ()),
        }
        env_kwargs = read_env_options(env, env_option or ())
        algorithm_class = _load_algorithm(algorithm)
        learner_config = make_config(algorithm_class.config_class, settings)

        from rethink_gym.evaluation.run import train_and_report
        from rethink_gym.evaluation.upkeep import Upkeep

        upkeep = Upkeep(
            validate_every=validate_every,
            num_validation_problems=validation_problems,
            patience=patience,
            checkpoint_every=checkpoint_every,
            log_formats=tuple(log or ()),
        )
        _quieten()
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
                upkeep=upkeep,
                learner=_lasting_name(algorithm),
                console=console,
            )
        )
    report = run.folder / "report.html"
    console.print(f"Report: {report}", markup=False, soft_wrap=True)


def _resume(folder: Path, console: Console) -> "Run":
    from rethink_gym.evaluation.run import read_settings, resume_and_report

    algorithm_class = _load_algorithm(read_settings(folder)["learner"])
    _quieten()
    return resume_and_report(algorithm_class, folder, console=console)


def _check_nothing_else(context: typer.Context) -> None:
    """Refuse arguments beside --resume, which would be without effect."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source and source.name != "DEFAULT"]
    given.remove("resume")
    if given:
        remedy = "A run goes on with the settings that it was begun with."
        raise argument_error("--resume", "the only argument", given, remedy)


def _interruptible(train_or_resume: "Callable[[], Run]") -> "Run":
    """End with the usual code after Ctrl-C; how to go on was said."""
    try:
        return train_or_resume()
    except KeyboardInterrupt as error:
        raise typer.Exit(_INTERRUPTED) from error


def _quieten() -> None:
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # no types there


def _lasting_name(algorithm: str) -> str:
    """Return a name of the learner that holds in other working directories too."""
    path, colon, class_name = algorithm.rpartition(":")
    return f"{Path(path).resolve()}:{class_name}" if colon else algorithm


def _load_algorithm(name: str) -> "type[Algorithm[Any]]":
    """Return one of our learners by its name, or any other by its file and class.

    Raises:
        ArgumentError: If there is no such learner.
        DataNotFoundError: If there is no such file.
        DataError: If the file cannot be run.
    """
    from rethink_gym import agents

    if ":" not in name:
        known = check_choice("ALGORITHM", name, [*agents.ALGORITHMS, "path/to/file.py:ClassName"])
        found: type[Algorithm[Any]] = getattr(agents, agents.ALGORITHMS[known])
        return found
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
    sys.modules[spec.name] = module  # where dataclasses look for the names in annotations
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError) as error:
        raise DataError(f"{path} cannot be imported: {error!r}.") from error
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Algorithm) and not inspect.isabstract(value)
    }
