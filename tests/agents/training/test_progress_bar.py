"""The progress bar of a training run."""

from typing import Any

import pytest

from rethink_gym.agents.algorithms.reinforce import REINFORCE, REINFORCEConfig
from rethink_gym.agents.policies.language_model import LanguageModel

CONFIG = REINFORCEConfig(problems_per_update=2, samples_per_problem=2, max_new_tokens=4)


def test_a_progress_bar_shows_and_ends(
    policy: LanguageModel, make_env: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    REINFORCE(policy, make_env(4), CONFIG).learn(8, progress_bar=True)
    shown = capsys.readouterr().out
    assert "8/8" in shown
    assert "t1 0.0" in shown
    assert len(shown.strip().splitlines()[-1]) <= 80
