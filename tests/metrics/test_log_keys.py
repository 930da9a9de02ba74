"""The registry of metrics agrees with what is measured and logged."""

from collections.abc import Iterable
from typing import Any

import pytest
from stable_baselines3.common.callbacks import BaseCallback
from tests.evaluation.scripted import ListingVerifier

from rethink_gym import agents
from rethink_gym.agents.training import progress_bar
from rethink_gym.evaluation.evaluate import evaluate
from rethink_gym.evaluation.measurement import add_diversity
from rethink_gym.evaluation.plots import training
from rethink_gym.metrics.log_keys import LOG_KEYS, split_log_key


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("accuracy@t1", ("accuracy", "t1", "")),
        ("train/accuracy@t12", ("accuracy", "t12", "")),
        ("eval/reward", ("reward", "", "")),
        ("kl_t2", ("kl", "t2", "")),
        ("train/kl_t1_reference_k", ("kl", "t1", "reference_k")),
        ("pass@16", ("pass", "16", "")),
        ("i_to_c", ("i_to_c", "", "")),
        ("kl_per_token", ("kl_per_token", "", "")),
    ],
)
def test_a_name_is_split_into_metric_turn_and_variant(
    name: str, parts: tuple[str, str, str]
) -> None:
    assert split_log_key(name) == parts


class KeepKeys(BaseCallback):
    """Collects the names of all logged values."""

    def __init__(self, keys: set[str]) -> None:
        super().__init__()
        self.keys = keys

    def _on_step(self) -> bool:
        self.keys.update(self.logger.name_to_value)
        return True


@pytest.fixture(scope="module")
def logged() -> set[str]:
    """Names of the values that learners log."""
    keys: set[str] = set()
    small: dict[str, Any] = {
        "problems_per_update": 2,
        "samples_per_problem": 2,
        "max_new_tokens": 8,
        "entropy_coef": 0.01,
    }
    for learner_class, config, env_id, options in [
        (agents.SCoRe, agents.SCoReConfig(**small), "MathSelfCorrect-v0", {"max_attempts": 3}),
        (agents.PPO, agents.PPOConfig(**small), "MathSelfCorrect-v0", {}),
        (agents.PPO, agents.PPOConfig(**small), "MathSteps-v0", {}),
    ]:
        policy = agents.LanguageModel.from_pretrained("tiny", seed=0)
        learner: Any = learner_class(policy, env_id, config, env_kwargs=options)
        learner.learn(learner.episodes_per_update, KeepKeys(keys))
    return keys


def test_every_value_in_the_progress_bar_is_registered_and_logged(logged: set[str]) -> None:
    assert set(progress_bar._SHOWN) <= logged
    assert {split_log_key(name)[0] for name in progress_bar._SHOWN} <= LOG_KEYS.keys()


def test_every_metric_in_the_training_figure_is_registered_and_logged(logged: set[str]) -> None:
    plotted = {name for _, _, names in training._PANELS for name in names}
    assert plotted <= LOG_KEYS.keys()
    assert plotted <= stems(logged)


def test_every_registered_metric_is_logged_or_measured(logged: set[str]) -> None:
    policy = agents.LanguageModel.from_pretrained("tiny", seed=0)
    evaluation = evaluate(
        policy,
        "MathSelfCorrect-v0",
        problems=2,
        samples=2,
        temperature=1.0,
        scorer=lambda episodes: [0.0] * len(episodes),
        env_kwargs={"verifier": ListingVerifier()},
    )
    steps = evaluate(policy, "MathSteps-v0", problems=2)
    measured = stems(add_diversity(evaluation).intervals) | stems(steps.intervals)
    assert measured <= LOG_KEYS.keys()
    assert LOG_KEYS.keys() <= measured | stems(logged)


def stems(names: Iterable[str]) -> set[str]:
    return {split_log_key(name)[0] for name in names}
