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
    assert "KL@t1 0.00" in shown
    assert len(shown.strip().splitlines()[-1]) <= 80


def test_steps_are_shown_as_the_fraction_of_solved_problems(
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy = LanguageModel.from_pretrained("tiny")
    learner = REINFORCE(policy, "MathSteps-v0", CONFIG, env_kwargs={"max_steps": 2})
    recorded: dict[str, float] = {}

    def note(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        recorded.update(learner.logger.name_to_value)
        return True

    learner.learn(4, callback=note, progress_bar=True)
    assert "solved 0.00" in capsys.readouterr().out
    assert recorded["train/solved"] == 0.0
    assert not any("accuracy" in name for name in recorded)
