from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from rethink_gym.agents.algorithms.reinforce import REINFORCE, REINFORCEConfig
from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.on_policy import OnPolicy
from rethink_gym.errors import ArgumentError, CheckpointError, DataNotFoundError

SMALL: dict[str, Any] = {
    "problems_per_update": 4,
    "samples_per_problem": 4,
    "max_new_tokens": 4,
    "learning_rate": 1e-2,
}


def weights(policy: LanguageModel) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in policy.model.parameters()])


def gradients(policy: LanguageModel) -> torch.Tensor:
    parts = [p.grad.flatten() for p in policy.model.parameters() if p.grad is not None]
    return torch.cat(parts)


@pytest.mark.parametrize("algorithm_class", [REINFORCE, SCoRe])
def test_a_trivial_task_is_learned_in_seconds(
    policy: LanguageModel, make_env: Any, algorithm_class: type[OnPolicy[Any]]
) -> None:
    config = algorithm_class.config_class(
        **{**SMALL, "samples_per_problem": 16, "max_new_tokens": 1}
    )
    algorithm = algorithm_class(policy, make_env(64), config)
    before = algorithm.update(algorithm.collect())
    algorithm.learn(64 * 60)
    episodes = algorithm.collect()
    right = [turn.reward for episode in episodes for turn in episode.turns[-1:]]
    assert sum(right) / len(right) > 0.9
    assert before["kl_t1"] == pytest.approx(0.0, abs=1e-6)


def test_micro_batches_do_not_change_the_gradient(policy: LanguageModel, make_env: Any) -> None:
    by_size = {}
    for max_tokens in (1, 60, 100_000):
        config = SCoReConfig(**SMALL, stage_one_frac=0.0, max_tokens_per_micro_batch=max_tokens)
        copy = policy.frozen_copy()
        copy.model.requires_grad_(True)
        algorithm = SCoRe(copy, make_env(16), config)
        algorithm.update(algorithm.collect())
        by_size[max_tokens] = gradients(copy)
    torch.testing.assert_close(by_size[1], by_size[100_000], atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(by_size[60], by_size[100_000], atol=1e-6, rtol=1e-4)
    assert by_size[1].abs().max() > 1e-4


def test_one_seed_gives_one_run(policy: LanguageModel, make_env: Any) -> None:
    ends = []
    for seed in (3, 3, 4):
        copy = policy.frozen_copy()
        copy.model.requires_grad_(True)
        REINFORCE(copy, make_env(16), REINFORCEConfig(**SMALL), seed=seed).learn(32)
        ends.append(weights(copy))
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


def test_a_loaded_checkpoint_goes_on_bit_for_bit(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    config = SCoReConfig(**SMALL, learning_rate_schedule="linear", stage_one_frac=0.5)
    twin = policy.frozen_copy()
    twin.model.requires_grad_(True)
    whole = SCoRe(policy, make_env(16), config, seed=5).learn(16 * 4)

    def interrupt(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        return bool(local_names["self"].num_updates < 2)

    half = SCoRe(twin, make_env(16), config, seed=5).learn(16 * 4, callback=interrupt)
    assert half.num_updates == 2
    half.save(tmp_path / "checkpoint")
    resumed = SCoRe.load(tmp_path / "checkpoint", make_env(16)).learn(16 * 4)
    assert resumed.num_updates == whole.num_updates == 4
    assert torch.equal(weights(resumed.policy), weights(whole.policy))
    assert resumed.config == config


def test_saving_again_replaces_the_checkpoint(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    algorithm = REINFORCE(policy, make_env(16), REINFORCEConfig(**SMALL))
    algorithm.save(tmp_path / "checkpoint")
    algorithm.learn(16).save(tmp_path / "checkpoint")
    assert REINFORCE.load(tmp_path / "checkpoint", make_env(16)).num_updates == 1
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_a_checkpoint_of_another_algorithm_is_refused_with_the_remedy(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    REINFORCE(policy, make_env(16), REINFORCEConfig(**SMALL)).save(tmp_path)
    with pytest.raises(CheckpointError, match="one of 'score', got one of 'reinforce'"):
        SCoRe.load(tmp_path, make_env(16))


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"folder must be a checkpoint with a state\.json"):
        SCoRe.load(tmp_path / "nothing")


def test_the_reference_stays_where_the_policy_started(policy: LanguageModel, make_env: Any) -> None:
    start = weights(policy)
    algorithm = REINFORCE(policy, make_env(16), REINFORCEConfig(**SMALL)).learn(32)
    assert torch.equal(weights(algorithm.reference), start)
    assert not torch.equal(weights(algorithm.policy), start)


def test_the_stage_follows_the_progress_of_the_run(policy: LanguageModel, make_env: Any) -> None:
    algorithm = SCoRe(policy, make_env(16), SCoReConfig(**SMALL, stage_one_frac=0.5))
    stages = []

    def note(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        stages.append(int(local_names["learned"]["stage"]))
        return True

    algorithm.learn(16 * 4, callback=note)
    assert stages == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("env_arguments", "message"),
    [
        ({"max_attempts": 1}, "max_attempts must be 2 or more, got 1"),
        ({"reward": "sparse"}, "reward must be 'per_attempt', got 'sparse'"),
    ],
)
def test_score_refuses_an_environment_it_was_not_made_for(
    policy: LanguageModel, make_env: Any, env_arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        SCoRe(policy, make_env(16, **env_arguments), SCoReConfig(**SMALL))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"samples_per_problem": 1}, "samples_per_problem must be a whole number of at least 2"),
        ({"learning_rate": 0.0}, "learning_rate must be a number above 0"),
        ({"learning_rate_schedule": "cosine"}, "learning_rate_schedule must be one of"),
        ({"beta": -1.0}, "beta must be a number of at least 0"),
        ({"turn_gamma": 2.0}, r"turn_gamma must be in \[0, 1\]"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        replace(REINFORCEConfig(), **settings)


def test_what_cannot_learn_is_refused(make_env: Any) -> None:
    with pytest.raises(ArgumentError, match="policy must be a LanguageModel"):
        REINFORCE(lambda text: text, make_env(16))  # type: ignore[arg-type]
