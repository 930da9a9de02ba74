"""An update without signal leaves the weights as they are, bit for bit.

With equal rewards and the policy at the reference the true gradient is 0. Rounding errors
of any size would become steps of a whole learning rate, since AdamW divides by them.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from tests.models import make_llama, make_tokenizer

from rethink_gym import agents
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.episode import Episode

SMALL: dict[str, Any] = {
    "problems_per_update": 2,
    "samples_per_problem": 3,
    "num_problems": 2,
    "batch_size": 6,
    "max_new_tokens": 8,
    "max_tokens_per_micro_batch": 200,
    "temperature": 1.0,
    "weight_decay": 0.1,
    "rationalise": False,
}
COMPARING = ("reinforce", "rloo", "grpo", "score")
"""Learners with a baseline over samples: equal rewards carry no signal for them."""

LEARNERS = [name for name in agents.ALGORITHMS if name != "sft"]
"""All learners that use rewards."""


def tiny() -> LanguageModel:
    return LanguageModel.from_pretrained("tiny", seed=0)


def wide() -> LanguageModel:
    """Build a random layer as wide as those of a model of 100 M parameters."""
    tokenizer = make_tokenizer()
    torch.manual_seed(0)
    model = make_llama(
        len(tokenizer),
        num_hidden_layers=1,
        hidden_size=768,
        intermediate_size=2048,
        num_attention_heads=12,
        max_position_embeddings=512,
    )
    return LanguageModel(model, tokenizer, seed=0)


def make(name: str, policy: LanguageModel, **settings: Any) -> Algorithm[Any]:
    learner_class = getattr(agents, agents.ALGORITHMS[name])
    known = {field.name for field in fields(learner_class.config_class)}
    own = {key: value for key, value in SMALL.items() if key in known} | settings
    learner: Algorithm[Any] = learner_class(
        policy, "MathSelfCorrect-v0", learner_class.config_class(**own), seed=3
    )
    learner.total_episodes = 10**6
    return learner


def with_rewards(episodes: Sequence[Episode], reward: float) -> list[Episode]:
    return [
        replace(
            episode,
            turns=tuple(replace(turn, reward=reward, verdict=None) for turn in episode.turns),
        )
        for episode in episodes
    ]


def weights(policy: LanguageModel) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in policy.model.parameters()])


def with_models(names: Sequence[str], wide_by_default: Sequence[str]) -> list[Any]:
    """Pair learners with both models; most wide models are left to the slow run."""
    return [
        *[pytest.param(name, tiny, id=f"{name}-tiny") for name in names],
        *[
            pytest.param(
                name,
                wide,
                id=f"{name}-wide",
                marks=[] if name in wide_by_default else pytest.mark.slow,
            )
            for name in names
        ],
    ]


@pytest.mark.parametrize(("name", "make_policy"), with_models(LEARNERS, ["reinforce", "score"]))
def test_zero_rewards_change_nothing(name: str, make_policy: Any) -> None:
    learner = make(name, make_policy())
    before = weights(learner.policy)
    for _ in range(2):
        learner.update(with_rewards(learner.collect(), 0.0))
        learner.num_updates += 1
    assert torch.equal(weights(learner.policy), before)


@pytest.mark.parametrize("settings", [{}, {"num_epochs": 2, "num_minibatches": 2}], ids=str)
@pytest.mark.parametrize(("name", "make_policy"), with_models(COMPARING, ["reinforce"]))
def test_equal_rewards_change_nothing(
    name: str, settings: dict[str, int], make_policy: Any
) -> None:
    learner = make(name, make_policy(), **settings)
    before = weights(learner.policy)
    for reward in (0.1, 0.7):
        learner.update(with_rewards(learner.collect(), reward))
    assert torch.equal(weights(learner.policy), before)


@pytest.mark.parametrize("kl_place", ["both", "loss", "reward"])
def test_equal_rewards_change_nothing_wherever_the_kl_enters(kl_place: str) -> None:
    learner = make("reinforce", tiny(), kl_place=kl_place, beta=1.0)
    before = weights(learner.policy)
    learner.update(with_rewards(learner.collect(), 1.0))
    assert torch.equal(weights(learner.policy), before)


def test_momentum_and_weight_decay_do_not_move_the_weights_either() -> None:
    learner = make("reinforce", tiny(), beta=0.0)
    episodes = learner.collect()
    rewarded = [
        replace(episode, turns=tuple(replace(t, reward=float(n % 2)) for t in episode.turns))
        for n, episode in enumerate(episodes)
    ]
    start = weights(learner.policy)
    learner.update(rewarded)
    moved = weights(learner.policy)
    assert not torch.equal(moved, start), "an update with a signal moves the weights"
    learner.update(with_rewards(episodes, 0.5))
    assert torch.equal(weights(learner.policy), moved)


def test_the_kl_pulls_a_moved_policy_back_to_the_reference() -> None:
    learner = make("grpo", tiny(), beta=1.0)
    with torch.no_grad():
        for weight in learner.policy.model.parameters():
            weight.add_(0.01 * torch.randn(weight.shape, generator=torch.manual_seed(1)))
    before = weights(learner.policy)
    learner.update(with_rewards(learner.collect(), 0.0))
    assert not torch.equal(weights(learner.policy), before)
