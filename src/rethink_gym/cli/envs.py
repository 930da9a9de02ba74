"""``rethink envs``: list the environments."""

import inspect
from pathlib import Path
from typing import Annotated

import gymnasium as gym
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rethink_gym.cli.environment import env_arguments, near_env_ids, own_env_ids
from rethink_gym.cli.gallery import gallery_text, load_arguments
from rethink_gym.errors import argument_error

__all__ = ["envs"]


def envs(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT",
            help="List only the environments whose id contains this text, such as math; "
            "case does not matter.",
            show_default=False,
        ),
    ] = None,
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
        if text is not None:
            raise argument_error("TEXT", "left out with --gallery", text)
        by_subject = {} if arguments is None else load_arguments(arguments)
        gallery.write_text(gallery_text(by_subject), encoding="utf-8")
        return
    if arguments is not None:
        raise typer.BadParameter("can only be used with --gallery", param_hint="--arguments")
    env_ids = _matching_ids(text or "")
    table = Table(caption="Set an argument with -e name=value.", caption_justify="left")
    table.add_column("environment", no_wrap=True)
    table.add_column("arguments and defaults")
    table.add_column("example problem")
    for env_id in env_ids:
        defaults = env_arguments(env_id)
        shown = "\n".join(
            f"{name} (required)" if value is inspect.Parameter.empty else f"{name}={value}"
            for name, value in defaults.items()
        )
        table.add_row(Text(env_id, style="bold"), Text(shown), Text(_example(env_id, defaults)))
        table.add_section()
    Console().print(table)


def _matching_ids(text: str) -> list[str]:
    """Return the ids that contain a text, in upper or lower case.

    Raises:
        ArgumentError: If no id contains it; the message suggests near misses.
    """
    matching = [env_id for env_id in own_env_ids() if text.lower() in env_id.lower()]
    if matching:
        return matching
    near = near_env_ids(text)
    did_you_mean = f"Did you mean {' or '.join(map(repr, near))}? "
    remedy = f"{did_you_mean if near else ''}`rethink envs` lists all ids."
    raise argument_error("TEXT", "part of an environment id", text, remedy)


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
