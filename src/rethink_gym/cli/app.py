"""The commands, and how their errors are shown."""

from typing import Annotated, Any

import gymnasium as gym
import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from rethink_gym.cli.compare import compare
from rethink_gym.cli.doctor import doctor
from rethink_gym.cli.envs import envs
from rethink_gym.cli.eval import eval_
from rethink_gym.cli.grade import grade
from rethink_gym.cli.play import play
from rethink_gym.cli.train import train
from rethink_gym.cli.verify import verify
from rethink_gym.errors import RethinkError

__all__ = ["app"]

_USAGE_ERROR = 2
_EXTRAS = ("datasets", "jinja2", "matplotlib", "stable_baselines3", "torch", "transformers")
"""Packages of the extra "agents"; without them the environments still work."""


class _Group(TyperGroup):
    """Commands whose known errors are one line for people, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (RethinkError, gym.error.Error) as error:
            _show_error(str(error))
            raise typer.Exit(_USAGE_ERROR) from error
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] not in _EXTRAS:
                raise
            _show_error(
                f"this command needs {error.name}, which is not installed. "
                'Install it by `pip install "rethink-gym[agents]"`.'
            )
            raise typer.Exit(_USAGE_ERROR) from error


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"rethink-gym {version('rethink-gym')}")
        raise typer.Exit


def _show_error(message: str) -> None:
    Console(stderr=True).print(Text(f"Error: {message}", style="bold red"), soft_wrap=True)


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Environments of reasoning and self-correction, and the agents that learn in them."""


app.command()(train)
app.command("eval")(eval_)
app.command()(compare)
app.command()(play)
app.command()(envs)
app.command()(verify)
app.command()(grade)
app.command()(doctor)
