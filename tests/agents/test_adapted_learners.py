"""Every learner trains an adapter as it trains a model, and leaves the base weights unchanged."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.small_learners import make_digit_env, make_learner, make_policy

from rethink_gym import agents
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.lora import LoraConfig, add_lora, base_state_dict
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.on_policy import OnPolicy

pytest.importorskip("peft", reason="the extra lora is not installed")

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *[(name, {}) for name in sorted(agents.ALGORITHMS)],
    ("ppo", {"is_critic_separate": True}),
    ("score", {"kl_target": 0.01, "offline_samples": 1, "stage_one_frac": 0.5}),
]


def make_adapted_policy() -> LanguageModel:
    policy = make_policy()
    add_lora(policy.model, LoraConfig(rank=2))
    return LanguageModel(policy.model, policy.tokenizer, policy.sampling)


def trained_policy(learner: Algorithm[Any]) -> LanguageModel:
    return learner.model.policy if isinstance(learner, agents.ORM) else learner.policy


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_an_adapter_is_trained_and_resumes_from_a_checkpoint(
    name: str, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.agents.small_learners.make_policy", make_adapted_policy)
    whole, half = make_learner(name, **options), make_learner(name, **options)
    before = {
        key: weight.clone() for key, weight in trained_policy(whole).trainable_state_dict().items()
    }
    base_weights = {
        key: weight.clone() for key, weight in base_state_dict(whole.policy.model).items()
    }
    if isinstance(whole, OnPolicy):
        addresses = {weight.data_ptr() for weight in whole.policy.model.parameters()}
        shared = [weight.data_ptr() in addresses for weight in whole.reference.model.parameters()]
        assert sum(shared) == len(base_weights), "the reference is the model without its adapter"
    total = 4 * whole.episodes_per_update
    whole.learn(total)
    half.learn(total, callback=lambda *_: half.num_updates < 2)
    half.save(tmp_path / "checkpoint")
    resumed = type(half).load(tmp_path / "checkpoint", make_digit_env(8)).learn(total)
    for key, weight in trained_policy(whole).trainable_state_dict().items():
        assert torch.equal(trained_policy(resumed).trainable_state_dict()[key], weight), key
    assert any(
        not torch.equal(trained_policy(whole).trainable_state_dict()[k], w)
        for k, w in before.items()
    )
    for learner in (whole, resumed):
        for key, weight in base_state_dict(learner.policy.model).items():
            assert torch.equal(weight, base_weights[key]), key
