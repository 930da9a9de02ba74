"""The command ``rethink doctor``, and the probe of the isolation levels."""

import sys

import pytest
from typer.testing import CliRunner

from rethink_gym.cli import app
from rethink_gym.verifiers.sandbox.level import Level
from rethink_gym.verifiers.sandbox.server.probe import LevelReport, Probe, probe, try_level

RUNNER = CliRunner(env={"COLUMNS": "200"})


def make_probe(*, has_default: bool, namespaces: str = "") -> Probe:
    """Return a made-up result of a probe."""
    reason = "" if has_default else "the kernel has no Landlock"
    return Probe(
        system="Linux 6.1",
        machine="x86_64",
        landlock=5 if has_default else 0,
        has_seccomp=True,
        namespaces=namespaces,
        bubblewrap=None,
        is_root=False,
        user=1000 if has_default else None,
        levels=(
            LevelReport(Level.STRICT, False, "bubblewrap is not installed"),
            LevelReport(Level.DEFAULT, has_default, reason),
            LevelReport(Level.WEAK, True, ""),
        ),
    )


@pytest.mark.parametrize(
    ("result", "code", "words"),
    [
        (make_probe(has_default=True), 0, ["in namespaces of its own", "version 5", "user 1000"]),
        (
            make_probe(has_default=True, namespaces="unshare: Operation not permitted"),
            0,
            ["without namespaces", "unshare: Operation not permitted"],
        ),
        (
            make_probe(has_default=False, namespaces="no"),
            1,
            [
                "the kernel has no Landlock",
                "bubblewrap is not installed",
                "no user: the level default",
            ],
        ),
    ],
)
def test_the_doctor_shows_the_levels_and_why_some_are_not_available(
    monkeypatch: pytest.MonkeyPatch, result: Probe, code: int, words: list[str]
) -> None:
    monkeypatch.setattr("rethink_gym.cli.doctor.probe", lambda: result)
    done = RUNNER.invoke(app, ["doctor"])
    assert done.exit_code == code
    for word in words:
        assert word in done.output


def test_the_doctor_agrees_with_a_program_that_runs_at_the_default_level() -> None:
    result = RUNNER.invoke(app, ["doctor"])
    default = try_level(Level.DEFAULT)
    assert result.exit_code == (0 if default.is_available else 1)
    for level in Level:
        assert str(level) in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_the_probe_reports_every_level() -> None:
    result = probe()
    assert [report.level for report in result.levels] == list(Level)
    assert all(report.is_available or report.reason for report in result.levels)
    reports = {report.level: report for report in result.levels}
    assert not reports[Level.SEATBELT].is_available
    assert reports[Level.DEFAULT].is_available is (result.user is not None)


def test_an_unavailable_level_is_reported_and_not_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    report = try_level(Level.WEAK)
    assert not report.is_available
    assert "WSL" in report.reason
