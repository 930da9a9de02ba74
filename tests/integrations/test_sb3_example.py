"""The promise that the example trains, and tells what came of it."""

import re
import runpy
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "train_sb3.py"


def test_it_tells_the_accuracies_before_and_after(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "128", "32"])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    told = re.findall(r"^(\w+): first attempt (\S+)%, second attempt (\S+)%$", printed, re.M)
    assert [name for name, *_ in told] == ["before", "after"]
    assert all(20 <= float(number) <= 80 for _, *numbers in told for number in numbers)
    assert "total_timesteps | 128" in printed
