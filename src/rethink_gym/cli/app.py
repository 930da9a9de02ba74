"""The application ``rethink``: its commands, and the output of their errors."""

from typing import Annotated, Any

import gymnasium as gym
import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

import rethink_gym
from rethink_gym._lazy import EXTRAS
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


class _Group(TyperGroup):
    """Commands that print known errors in one line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (RethinkError, gym.error.Error) as error:
            _show_error(str(error))
            raise typer.Exit(_USAGE_ERROR) from error
        except ModuleNotFoundError as error:
            dependency = (error.name or "").partition(".")[0]
            if dependency not in EXTRAS:
                raise
            _show_error(
                f"this command needs {dependency}, which is not installed. "
                f'Install it by `pip install "rethink-gym[{EXTRAS[dependency]}]"`.'
            )
            raise typer.Exit(_USAGE_ERROR) from error


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(f"rethink-gym {rethink_gym.__version__}")
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
    """Environments for reasoning and self-correction, and learners that train in them."""


app.command()(train)
app.command("eval")(eval_)
app.command()(compare)
app.command()(play)
app.command()(envs)
app.command()(verify)
app.command()(grade)
app.command()(doctor)
