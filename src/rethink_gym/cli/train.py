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
    from rethink_gym.agents.algorithm import Algorithm

__all__ = ["train"]


def train(
    algorithm: Annotated[
        str,
        typer.Argument(
            metavar="ALGORITHM",
            help="score, reinforce, or a learner of yours: path/to/file.py:ClassName.",
        ),
    ],
    env: Annotated[str, typer.Option(help="Where it plays.")] = "MathSelfCorrect-v0",
    model: Annotated[
        str,
        typer.Option(
            help='What it starts from: "tiny", the folder of a model, of a run or of a checkpoint, '
            "or a name on the hub."
        ),
    ] = "tiny",
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
) -> None:
    """Train a model, and measure it before and after on the same held-out problems."""
    settings = {**(read_file(config) if config else {}), **split_assignments("-o", option or ())}
    env_kwargs = read_env_options(env, env_option or ())
    algorithm_class = _load_algorithm(algorithm)
    learner_config = make_config(algorithm_class.config_class, settings)

    from transformers.utils import logging as transformers_logging

    from rethink_gym.agents import Validation
    from rethink_gym.evaluation.run import train_and_report

    callbacks = []
    if validate_every:
        callbacks.append(Validation(range(validation_problems), every=validate_every))
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # no types there
    console = Console()
    run = train_and_report(
        algorithm_class,
        env_id=env,
        model=model,
        folder=out,
        config=learner_config,
        total_episodes=episodes,
        seed=seed,
        env_kwargs=env_kwargs,
        num_eval_problems=eval_problems,
        eval_split=eval_split,
        callbacks=callbacks,
        console=console,
    )
    report = run.folder / "report.html"
    console.print(f"Report: {report}", markup=False, soft_wrap=True)


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
    from rethink_gym.agents.algorithm import Algorithm

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
