"""``rethink envs``: list the environments."""

import inspect
from pathlib import Path
from typing import Annotated

import gymnasium as gym
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rethink_gym.cli.environment import env_arguments, own_env_ids
from rethink_gym.cli.gallery import gallery_text, load_arguments

__all__ = ["envs"]


def envs(
    gallery: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a gallery to this file instead: problems, answers and verdicts.",
        ),
    ] = None,
    arguments: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="JSON file with the required arguments of subjects, for the gallery: "
            '{"GSM8K": {"data": "folder"}}.',
        ),
    ] = None,
) -> None:
    """List the environments with their arguments and an example problem."""
    if gallery is not None:
        by_subject = {} if arguments is None else load_arguments(arguments)
        gallery.write_text(gallery_text(by_subject), encoding="utf-8")
        return
    if arguments is not None:
        raise typer.BadParameter("can only be used with --gallery", param_hint="--arguments")
    table = Table(caption="Set an argument with -e name=value.", caption_justify="left")
    table.add_column("environment", no_wrap=True)
    table.add_column("arguments and defaults")
    table.add_column("example problem")
    for env_id in own_env_ids():
        defaults = env_arguments(env_id)
        shown = "\n".join(
            f"{name} (required)" if value is inspect.Parameter.empty else f"{name}={value}"
            for name, value in defaults.items()
        )
        table.add_row(Text(env_id, style="bold"), Text(shown), Text(_example(env_id, defaults)))
        table.add_section()
    Console().print(table)


def _example(env_id: str, arguments: dict[str, object]) -> str:
    """Return the first problem, unless it would have to be downloaded from a hub."""
    if "data" in arguments:
        is_required = arguments["data"] is inspect.Parameter.empty
        source = "your own data set" if is_required else f"the data set {arguments['data']}"
        return f"from {source}, by name or as a local folder"
    env = gym.make(env_id)
    observation, _ = env.reset(seed=0, options={"problem": 0})
    env.close()
    return str(observation)
