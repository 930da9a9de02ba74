"""Isolation levels by name, and the errors of systems that do not support them."""

import platform
import sys

import pytest

from rethink_gym.errors import ArgumentError, SandboxError, VerifierError
from rethink_gym.verifiers.sandbox.level import Level, check_level


@pytest.mark.parametrize(
    ("system", "level", "remedy"),
    [
        ("win32", "default", "Use WSL 2"),
        ("win32", "weak", "Use WSL 2"),
        ("darwin", "default", 'Use "seatbelt"'),
        ("darwin", "strict", 'Use "seatbelt"'),
        ("linux", "seatbelt", 'Use "default"'),
    ],
)
def test_an_unavailable_level_is_an_error_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, system: str, level: str, remedy: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(SandboxError, match=remedy):
        check_level(level)


def test_a_missing_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(SandboxError, match="apt install bubblewrap"):
        check_level("strict")
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="sandbox-exec"):
        check_level("seatbelt")


def test_an_unknown_processor_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(SandboxError, match="riscv64"):
        check_level("default")
    assert check_level("weak") is Level.WEAK


def test_an_unknown_level_is_an_argument_error() -> None:
    with pytest.raises(ArgumentError, match="isolation must be one of"):
        check_level("none")


def test_an_unavailable_level_is_also_a_verifier_error() -> None:
    assert issubclass(SandboxError, VerifierError)
