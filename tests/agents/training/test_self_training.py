"""Learners in rounds: the training set, rounds without examples, and the settings."""

from typing import Any

import pytest
from tests.agents.seven_env import make_seven_env

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.errors import ArgumentError


class SelectsNothing(SelfTraining[SelfTrainingConfig]):
    """A learner that never selects an example."""

    name = "selects_nothing"
    config_class = SelfTrainingConfig
    default_episodes = 8

    def update(self, episodes: Any) -> dict[str, float]:
        return self.imitate([])


def test_a_run_without_any_example_finishes(policy: LanguageModel) -> None:
    config = SelfTrainingConfig(num_problems=2, samples_per_problem=2, max_new_tokens=2)
    learner = SelectsNothing(policy, make_seven_env(), config).learn(8)
    assert learner.num_updates == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_problems": 0}, "num_problems must be a whole number of at least 1"),
        ({"max_per_problem": 0}, "max_per_problem must be a whole number of at least 1"),
        ({"patience": 0}, "patience must be a whole number of at least 1"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"num_epochs": 0}, "num_epochs must be a whole number of at least 1"),
        ({"validation_frac": 1.0}, r"validation_frac must be in \[0, 1\)"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SelfTrainingConfig(**settings)
