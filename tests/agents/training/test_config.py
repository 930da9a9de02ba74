"""The settings of all learners: unknown names, choices, and values out of range."""

import math
import re
from dataclasses import MISSING, FrozenInstanceError, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from rethink_gym import agents
from rethink_gym.agents.training.config import TrainingConfig, check_fraction, check_positive
from rethink_gym.errors import ArgumentError

CONFIGS: dict[str, Any] = {
    name: getattr(agents, learner).config_class for name, learner in agents.ALGORITHMS.items()
}


NUMBERS = [
    (learner, name)
    for learner, config_class in CONFIGS.items()
    for name, annotation in get_type_hints(config_class).items()
    if {annotation, *get_args(annotation)} & {int, float}
]
CHOICES = [
    (learner, name, get_args(annotation))
    for learner, config_class in CONFIGS.items()
    for name, annotation in get_type_hints(config_class).items()
    if get_origin(annotation) is Literal
]


FLAGS = [
    (learner, name)
    for learner, config_class in CONFIGS.items()
    for name, annotation in get_type_hints(config_class).items()
    if annotation is bool
]
TEXTS = [
    (learner, name)
    for learner, config_class in CONFIGS.items()
    for name, annotation in get_type_hints(config_class).items()
    if annotation in (str, str | None)
]


@pytest.mark.parametrize("learner", CONFIGS)
def test_an_unknown_setting_is_answered_with_the_nearest_one(learner: str) -> None:
    with pytest.raises(ArgumentError, match=r"max_new_token'\. Did you mean 'max_new_tokens'\?"):
        CONFIGS[learner](max_new_token=8)
    with pytest.raises(ArgumentError, match="Did you mean 'temperature'"):
        CONFIGS[learner](temp=0.5)


def test_an_unknown_setting_without_a_near_one_lists_all_settings() -> None:
    with pytest.raises(ArgumentError) as caught:
        TrainingConfig(xyzzy=1)  # type: ignore[call-arg]
    assert "setting of TrainingConfig must be one of 'learning_rate', " in str(caught.value)
    assert all(repr(field.name) in str(caught.value) for field in fields(TrainingConfig))
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("learner", "name", "ours"),
    [
        ("grpo", "num_generations", "samples_per_problem"),
        ("grpo", "max_completion_length", "max_new_tokens"),
        ("grpo", "epsilon", "clip_eps_low"),
        ("grpo", "gamma", "turn_gamma"),
        ("grpo", "kl_coef", "beta"),
        ("score", "kl_coef", "beta1"),
        ("ppo", "lam", "gae_lambda"),
        ("ppo", "value_coef", "vf_coef"),
        ("sft", "lr", "learning_rate"),
        ("expert_iteration", "num_train_epochs", "num_epochs"),
    ],
)
def test_a_name_from_another_library_is_answered_with_ours(
    learner: str, name: str, ours: str
) -> None:
    with pytest.raises(ArgumentError, match=f"got '{name}'.* {name} is called {ours} "):
        CONFIGS[learner](**{name: 1})


@pytest.mark.parametrize(("learner", "name", "choices"), CHOICES)
def test_every_choice_is_accepted_and_any_other_value_refused_with_the_list(
    learner: str, name: str, choices: tuple[str, ...]
) -> None:
    for choice in choices:
        assert getattr(CONFIGS[learner](**{name: choice}), name) == choice
    with pytest.raises(ArgumentError, match=f"{name} must be one of") as caught:
        CONFIGS[learner](**{name: "nonsense"})
    assert all(repr(choice) in str(caught.value) for choice in choices)


@pytest.mark.parametrize(("learner", "name"), NUMBERS)
def test_nan_is_refused_for_every_number(learner: str, name: str) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be"):
        CONFIGS[learner](**{name: math.nan})


@pytest.mark.parametrize("value", [True, "0.1", [1]])
@pytest.mark.parametrize(("learner", "name"), NUMBERS)
def test_only_a_number_is_accepted_for_a_number(learner: str, name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be"):
        CONFIGS[learner](**{name: value})


@pytest.mark.parametrize("value", [1, "false", None])
@pytest.mark.parametrize(("learner", "name"), FLAGS)
def test_only_true_and_false_are_accepted_for_a_flag(
    learner: str, name: str, value: object
) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be True or False"):
        CONFIGS[learner](**{name: value})


@pytest.mark.parametrize("value", [1, False, b"text"])
@pytest.mark.parametrize(("learner", "name"), TEXTS)
def test_only_a_text_is_accepted_for_a_text(learner: str, name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be a text"):
        CONFIGS[learner](**{name: value})


@pytest.mark.parametrize("value", [True, 0, -1, 1.5, math.inf, "8"])
@pytest.mark.parametrize("name", ["max_new_tokens", "max_tokens_per_micro_batch"])
def test_a_count_is_a_whole_number_above_zero(name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be a whole number of at least 1"):
        TrainingConfig(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [True, 0.0, -1.0, math.nan, math.inf, -math.inf, "1e-4"])
@pytest.mark.parametrize("name", ["learning_rate", "adam_epsilon", "max_grad_norm"])
def test_a_positive_setting_is_a_finite_number_above_zero(name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be a number above 0"):
        TrainingConfig(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [True, -1.0, math.nan, math.inf, "0"])
@pytest.mark.parametrize("name", ["weight_decay", "temperature"])
def test_a_setting_that_may_be_zero_is_a_finite_number(name: str, value: object) -> None:
    assert getattr(TrainingConfig(**{name: 0.0}), name) == 0.0  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=f"{name} must be a number of at least 0"):
        TrainingConfig(**{name: value})  # type: ignore[arg-type]


def test_none_switches_clipping_off_and_nothing_else() -> None:
    assert TrainingConfig(max_grad_norm=None).max_grad_norm is None
    for name in ("learning_rate", "temperature", "max_new_tokens"):
        with pytest.raises(ArgumentError, match=f"{name} must be"):
            TrainingConfig(**{name: None})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf])
def test_a_fraction_is_in_0_1(value: float) -> None:
    class Settings:
        share = value

    with pytest.raises(ArgumentError, match=r"share must be a number in \[0, 1\]"):
        check_fraction(Settings(), "share")


@pytest.mark.parametrize(
    ("value", "ends", "interval"),
    [
        (0.0, {"above_zero": True}, "(0, 1]"),
        (1.0, {"below_one": True}, "[0, 1)"),
        (1, {"above_zero": True, "below_one": True}, "(0, 1)"),
    ],
)
def test_a_fraction_may_exclude_its_ends(
    value: float, ends: dict[str, bool], interval: str
) -> None:
    class Settings:
        share = value

    check_fraction(Settings(), "share")
    with pytest.raises(ArgumentError, match=re.escape(f"share must be a number in {interval}")):
        check_fraction(Settings(), "share", **ends)


def test_the_first_setting_out_of_range_is_named() -> None:
    class Settings:
        first, second, third = 1.0, 0.0, -1.0

    with pytest.raises(ArgumentError, match=r"second must be a number above 0, got 0\.0"):
        check_positive(Settings(), "first", "second", "third")


@pytest.mark.parametrize("learner", CONFIGS)
def test_every_setting_has_a_default_and_cannot_be_changed(learner: str) -> None:
    config = CONFIGS[learner]()
    assert all(field.default is not MISSING for field in fields(config))
    with pytest.raises(FrozenInstanceError):
        config.learning_rate = 1.0
