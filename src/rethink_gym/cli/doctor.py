"""``rethink doctor``: the isolation levels that this machine supports."""

import sys

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rethink_gym.verifiers.sandbox.level import Level
from rethink_gym.verifiers.sandbox.server.probe import LevelReport, Probe, probe

__all__ = ["doctor"]

_MEANING = {
    Level.STRICT: "a bubblewrap container for each program, and inside it everything of default",
    Level.DEFAULT: "forked from a clean process, under Landlock, seccomp and resource limits",
    Level.SEATBELT: "the macOS sandbox, and resource limits",
    Level.WEAK: "resource limits only; no protection from a hostile program",
}


def doctor() -> None:
    """Check how this machine can isolate programs that a model wrote."""
    result = probe()
    console = Console()
    console.print(_levels_table(result))
    console.print(_facts_table(result))
    default = next(report for report in result.levels if report.level is Level.DEFAULT)
    if not default.is_available:
        raise typer.Exit(1)


def _levels_table(result: Probe) -> Table:
    table = Table(title="Isolation of programs", title_justify="left")
    table.add_column("level", no_wrap=True)
    table.add_column("available", no_wrap=True)
    table.add_column("what it is, or why it is not available")
    for report in result.levels:
        name = Text(report.level, style="bold")
        table.add_row(name, _availability(report), _explanation(report, result))
    return table


def _availability(report: LevelReport) -> Text:
    return Text("yes", style="green") if report.is_available else Text("no", style="red")


def _explanation(report: LevelReport, result: Probe) -> Text:
    if not report.is_available:
        return Text(report.reason)
    meaning = _MEANING[report.level]
    if report.level is Level.DEFAULT:
        suffix = "without namespaces" if result.namespaces else "in namespaces of its own"
        meaning = f"{meaning}, {suffix}"
    return Text(meaning)


def _facts_table(result: Probe) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    python = ".".join(map(str, sys.version_info[:3]))
    facts = {
        "system": f"{result.system}, {result.machine}, Python {python}",
        "Landlock": f"version {result.landlock}" if result.landlock else "no",
        "seccomp": "yes" if result.has_seccomp else "no",
        "namespaces": f"no: {result.namespaces}" if result.namespaces else "yes",
        "bubblewrap": result.bubblewrap or "not installed",
        "programs run as": _describe_user(result),
    }
    for name, value in facts.items():
        table.add_row(name, Text(value))
    return table


def _describe_user(result: Probe) -> str:
    if result.user is None:
        return "no user: the level default is not available"
    if result.is_root:
        return f"user {result.user}, who owns nothing; each fork server has a user of its own"
    return f"user {result.user}, the same as yours"
