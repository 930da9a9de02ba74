"""The example trains, and prints the accuracies before and after."""

import re
import runpy
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[3] / "examples" / "train_sb3.py"


def test_it_prints_the_accuracies_before_and_after(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "128", "32"])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    rows = re.findall(r"^(\w+): first attempt (\S+)%, second attempt (\S+)%$", printed, re.M)
    assert [name for name, *_ in rows] == ["before", "after"]
    assert all(20 <= float(number) <= 80 for _, *numbers in rows for number in numbers)
    assert "total_timesteps | 128" in printed
