"""Names of settings in other libraries are answered with the names used here."""

import dataclasses

import pytest

from rethink_gym import agents
from rethink_gym.agents.training.field_names import FIELD_NAMES, describe_other_name

FIELDS = {
    name: {field.name for field in dataclasses.fields(getattr(agents, kind).config_class)}
    for name, kind in agents.ALGORITHMS.items()
}


@pytest.mark.parametrize(
    ("learner", "name", "sentence"),
    [
        ("grpo", "num_generations", "num_generations is called samples_per_problem here."),
        ("grpo", "epsilon", "epsilon is called clip_eps_low and clip_eps_high here."),
        ("grpo", "gamma", "gamma is called turn_gamma here."),
        ("ppo", "lam", "lam is called gae_lambda here."),
        ("ppo", "kl_coef", "kl_coef is called beta here."),
        ("score", "kl_coef", "kl_coef is called beta1 here."),
        ("score", "beta", "beta is called beta1 here."),
        ("sft", "per_device_train_batch_size", "is called batch_size here."),
        ("grpo", "per_device_train_batch_size", "is called problems_per_update here."),
        ("ppo", "mini_batch_size", "num_minibatches is a number of minibatches, not a size."),
        ("sft", "mini_batch_size", "mini_batch_size is called batch_size here."),
    ],
)
def test_another_name_is_answered_with_the_field_of_the_learner(
    learner: str, name: str, sentence: str
) -> None:
    described = describe_other_name(name, FIELDS[learner])
    assert described is not None
    assert described.endswith(sentence)


@pytest.mark.parametrize(("learner", "name"), [("sft", "lam"), ("grpo", "nonsense")])
def test_a_name_without_a_field_is_not_described(learner: str, name: str) -> None:
    assert describe_other_name(name, FIELDS[learner]) is None


def test_every_entry_leads_to_a_field_of_some_learner() -> None:
    all_fields = set().union(*FIELDS.values())
    assert {field for fields in FIELD_NAMES.values() for field in fields} <= all_fields
