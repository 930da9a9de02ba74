import sys

import pytest
from typer.testing import CliRunner

from rethink_gym.cli import app
from rethink_gym.verifiers.sandbox.level import Level
from rethink_gym.verifiers.sandbox.server import probe as probing
from rethink_gym.verifiers.sandbox.server.probe import LevelReport, Probe, probe, try_level

RUNNER = CliRunner(env={"COLUMNS": "200"})


def make_probe(*, has_default: bool, namespaces: str = "") -> Probe:
    """Describe a machine by hand."""
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
    ("found", "code", "words"),
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
            ["the kernel has no Landlock", "bubblewrap is not installed", "there is no level"],
        ),
    ],
)
def test_the_doctor_says_what_there_is_and_why_not(
    monkeypatch: pytest.MonkeyPatch, found: Probe, code: int, words: list[str]
) -> None:
    monkeypatch.setattr("rethink_gym.cli.doctor.probe", lambda: found)
    result = RUNNER.invoke(app, ["doctor"])
    assert result.exit_code == code
    for word in words:
        assert word in result.output


def test_the_doctor_of_this_machine_agrees_with_what_programs_can_do() -> None:
    result = RUNNER.invoke(app, ["doctor"])
    default = try_level(Level.DEFAULT)
    assert result.exit_code == (0 if default.is_available else 1)
    for level in Level:
        assert str(level) in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="the facts are of Linux")
def test_the_probe_tells_facts() -> None:
    found = probe()
    assert [report.level for report in found.levels] == list(Level)
    assert all(report.is_available or report.reason for report in found.levels)
    reports = {report.level: report for report in found.levels}
    assert not reports[Level.SEATBELT].is_available
    assert reports[Level.DEFAULT].is_available is (found.user is not None)


def test_a_level_that_cannot_be_had_is_reported_and_not_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    report = probing.try_level(Level.WEAK)
    assert not report.is_available
    assert "WSL" in report.reason
