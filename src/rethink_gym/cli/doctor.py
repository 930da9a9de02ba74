"""``rethink doctor``: how this machine can isolate the programs that models write."""

import sys

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rethink_gym.verifiers.sandbox.level import Level
from rethink_gym.verifiers.sandbox.server.probe import LevelReport, Probe, probe

__all__ = ["doctor"]

_MEANING = {
    Level.STRICT: "a bubblewrap container for each program, and all of default within",
    Level.DEFAULT: "forked from a clean process, under Landlock, seccomp and limits",
    Level.SEATBELT: "the sandbox of macOS",
    Level.WEAK: "limits only; no protection from a hostile program",
}


def doctor() -> None:
    """Try how programs written by a model can be isolated on this machine."""
    found = probe()
    console = Console()
    console.print(_levels(found))
    console.print(_facts(found))
    default = next(report for report in found.levels if report.level is Level.DEFAULT)
    if not default.is_available:
        raise typer.Exit(1)


def _levels(found: Probe) -> Table:
    table = Table(title="Isolation of programs", title_justify="left")
    table.add_column("level", no_wrap=True)
    table.add_column("here", no_wrap=True)
    table.add_column("what it is, or why not")
    for report in found.levels:
        table.add_row(Text(report.level, style="bold"), _mark(report), _explain(report, found))
    return table


def _mark(report: LevelReport) -> Text:
    return Text("yes", style="green") if report.is_available else Text("no", style="red")


def _explain(report: LevelReport, found: Probe) -> Text:
    if not report.is_available:
        return Text(report.reason)
    meaning = _MEANING[report.level]
    if report.level is Level.DEFAULT:
        where = "without namespaces" if found.namespaces else "in namespaces of its own"
        meaning = f"{meaning}, {where}"
    return Text(meaning)


def _facts(found: Probe) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    python = ".".join(map(str, sys.version_info[:3]))
    facts = {
        "system": f"{found.system}, {found.machine}, Python {python}",
        "Landlock": f"version {found.landlock}" if found.landlock else "none",
        "seccomp": "yes" if found.has_seccomp else "none",
        "namespaces": found.namespaces or "yes",
        "bubblewrap": found.bubblewrap or "not installed",
        "programs run as": _describe_user(found),
    }
    for name, value in facts.items():
        table.add_row(name, Text(value))
    return table


def _describe_user(found: Probe) -> str:
    if found.user is None:
        return "nobody: there is no level default"
    if found.is_root:
        return f"user {found.user}, who owns nothing; each server has its own"
    return f"user {found.user}, who is you"
