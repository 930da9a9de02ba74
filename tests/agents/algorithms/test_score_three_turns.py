"""SCoRe with three turns: the parts of Stage I, and the KL to reference k."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.score_episodes import SMALL, make_episodes
from tests.agents.seven_env import weights_of

from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
from rethink_gym.agents.batching.batch import micro_batches, sampled_turns
from rethink_gym.agents.objectives.losses import exact_kl
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.episode import Episode


def three_turns(policy: LanguageModel, make_env: Any, **changes: Any) -> SCoRe:
    return SCoRe(policy, make_env(12, max_attempts=3), SCoReConfig(**{**SMALL, **changes}))


def test_each_attempt_after_the_first_has_its_own_part_of_stage_one(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = three_turns(policy, make_env, stage_one_frac=0.5)
    algorithm.total_episodes = 80
    seen = []
    for played in range(0, 80, 10):
        algorithm.num_episodes = played
        seen.append((algorithm.stage, algorithm.trained_turn if algorithm.stage == 1 else None))
    assert seen == [(1, 1), (1, 1), (1, 2), (1, 2), *[(2, None)] * 4]


def test_stage_one_of_three_turns_masks_rewards_and_weighs_the_kl_by_turn(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = three_turns(policy, make_env, stage_one_frac=1.0, beta1=0.25, beta2=0.5)
    episodes = make_episodes(policy, 3)
    algorithm.total_episodes = 24
    turns = sampled_turns(policy, episodes)
    advantages, kl_weights = algorithm.objective(algorithm.read(episodes))
    assert advantages[(turns >= 0) & (turns != 1)].abs().max() == 0
    assert advantages[turns == 1].abs().max() > 0
    assert kl_weights.tolist() == [0.75, 0.25, 0.25]
    algorithm.update(episodes)
    algorithm.num_episodes = 12  # the second half trains the third attempt
    after_first_part = weights_of(policy)
    logged = algorithm.update(episodes)
    advantages, kl_weights = algorithm.objective(algorithm.read(episodes))
    assert advantages[(turns >= 0) & (turns != 2)].abs().max() == 0
    assert kl_weights.tolist() == [0.25] * 3  # the KL to reference k has the rest
    assert algorithm.reference_k is not None
    assert torch.equal(weights_of(algorithm.reference_k), after_first_part)
    assert logged["kl_reference_k_t1"] == pytest.approx(0.0, abs=1e-6)
    assert logged["kl_t1"] > 1e-4
    assert "kl_reference_k_t3" not in logged


def test_the_kl_to_reference_k_applies_to_earlier_attempts_only(
    policy: LanguageModel, make_env: Any
) -> None:
    settings = {
        "stage_one_frac": 1.0,
        "beta1": 0.0,
        "beta2": 3.0,
        "max_grad_norm": None,
        "kl_place": "loss",
    }
    algorithm = three_turns(policy, make_env, **settings)
    algorithm.total_episodes, algorithm.num_episodes = 24, 12  # trains the third attempt
    episodes = [
        Episode(each.problem_id, tuple(replace(turn, reward=0.0) for turn in each.turns))
        for each in make_episodes(policy, 3)
    ]
    algorithm.update(episodes)  # freezes reference k
    with torch.no_grad():
        for parameter in policy.model.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    assert algorithm.reference_k is not None
    (part,) = micro_batches(policy, episodes, 100_000)
    reference_logits, _ = part.outputs(algorithm.reference_k, 1.0)
    kls = exact_kl(part.outputs(policy, 1.0)[0], reference_logits)
    earlier = 3.0 * kls[part.sampled.turns < 2].sum() / len(episodes)
    parameters = list(policy.model.parameters())
    expected = torch.autograd.grad(earlier, parameters)
    algorithm.update(episodes)
    actual = [parameter.grad for parameter in parameters]
    torch.testing.assert_close(actual, list(expected), atol=1e-6, rtol=1e-4)
    assert max(gradient.abs().max() for gradient in expected) > 1e-4


def test_stage_two_drops_reference_k(policy: LanguageModel, make_env: Any) -> None:
    algorithm = three_turns(policy, make_env, stage_one_frac=0.8)
    stages = []

    def note(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        stages.append((int(local_names["learned"]["stage"]), algorithm.reference_k is not None))
        return True

    algorithm.learn(12 * 5, callback=note)
    assert stages == [(1, False), (1, False), (1, True), (1, True), (2, False)]


def test_three_turns_resume_from_a_checkpoint_with_reference_k(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    settings = {"stage_one_frac": 1.0, "kl_target": 0.01, "offline_samples": 1}
    twin = policy.trainable_copy()
    whole = three_turns(policy, make_env, **settings).learn(12 * 4)
    half = three_turns(twin, make_env, **settings)

    def interrupt(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        return half.num_updates < 3  # within the part that has a reference k

    half.learn(12 * 4, callback=interrupt).save(tmp_path / "checkpoint")
    resumed = SCoRe.load(tmp_path / "checkpoint", make_env(12, max_attempts=3))
    assert resumed.reference_k is not None
    resumed.learn(12 * 4)
    assert torch.equal(weights_of(resumed.policy), weights_of(whole.policy))
    assert resumed.beta2 == whole.beta2 != 1.0


@pytest.mark.parametrize(
    ("kl_bound", "parts"),
    [
        (1e-6, [(1, 1), (1, 1), (1, 2), (1, 2), (2, 1), (2, 1)]),
        (1e9, [(1, 1), (1, 1), (1, 1), (1, 1), (1, 2), (1, 2)]),
    ],
)
def test_a_part_of_stage_one_ends_when_the_kl_of_earlier_attempts_exceeds_its_bound(
    policy: LanguageModel,
    make_env: Any,
    tmp_path: Path,
    kl_bound: float,
    parts: list[tuple[int, int]],
) -> None:
    # In the first update of a part the KL is measured before any step, and is 0.
    algorithm = three_turns(policy, make_env, stage_one_frac=1.0, kl_bound=kl_bound)
    algorithm.total_episodes = 96
    seen = []
    for played in range(0, 72, 12):
        algorithm.num_episodes = played
        algorithm.save(tmp_path / "checkpoint")
        resumed = SCoRe.load(tmp_path / "checkpoint", make_env(12, max_attempts=3))
        seen.append((resumed.stage, resumed.trained_turn))
        algorithm.update(make_episodes(policy, 3))
    assert seen == parts
