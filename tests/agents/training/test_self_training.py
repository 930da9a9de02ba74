"""Learners in rounds: the training set, rounds without examples, and the settings."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.agents.seven_env import episode, make_seven_env, weights_of

from rethink_gym.agents.demonstrations import make_example
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.lora import LoraConfig, add_lora
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


class ImitatesAll(SelfTraining[SelfTrainingConfig]):
    """A learner that selects every sample."""

    name = "imitates_all"
    config_class = SelfTrainingConfig
    default_episodes = 8

    def update(self, episodes: Any) -> dict[str, float]:
        return self.imitate([make_example(self.policy, each, [True]) for each in episodes])


def test_a_round_of_which_nothing_fits_the_context_leaves_the_policy_as_it_is(
    policy: LanguageModel,
) -> None:
    config = SelfTrainingConfig(num_problems=2, samples_per_problem=2, max_new_tokens=2)
    learner = ImitatesAll(policy, make_seven_env(), config)
    assert learner.update(learner.collect())["num_fitted"] > 0
    trained = weights_of(policy)
    learner.data = []
    policy.max_length = 1
    assert learner.update([episode("p", "7")])["num_fitted"] == 0
    assert torch.equal(weights_of(policy), trained)


def test_examples_that_do_not_fit_the_context_take_no_place_of_others(
    policy: LanguageModel,
) -> None:
    learner = ImitatesAll(policy, make_seven_env(), SelfTrainingConfig(max_per_problem=1))
    long, short = episode("p", "8" * 100), episode("p", "7")
    policy.max_length = 100
    for seed in range(4):
        learner.random = np.random.default_rng(seed)
        learner.data = []
        assert learner.update([long, short])["num_fitted"] == 1


def test_base_weights_from_elsewhere_are_refused_for_an_adapter(policy: LanguageModel) -> None:
    pytest.importorskip("peft", reason="the extra lora is not installed")
    add_lora(policy.model, LoraConfig(rank=2))
    adapted = LanguageModel(policy.model, policy.tokenizer)
    with pytest.raises(ArgumentError, match="base_model must be None for a policy with an adap"):
        SelectsNothing(adapted, make_seven_env(), SelfTrainingConfig(base_model="tiny"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_problems": 0}, "num_problems must be a whole number of at least 1"),
        ({"max_per_problem": 0}, "max_per_problem must be a whole number of at least 1"),
        ({"patience": 0}, "patience must be a whole number of at least 1"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"num_epochs": 0}, "num_epochs must be a whole number of at least 1"),
        ({"validation_frac": 1.0}, r"validation_frac must be a number in \[0, 1\)"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SelfTrainingConfig(**settings)
