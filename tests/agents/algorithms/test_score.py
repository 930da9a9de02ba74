"""SCoRe: stages, turns, references and options, and the recorded gradients of two turns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.agents.score_episodes import SMALL, make_episodes
from tests.agents.seven_env import weights_of
from torch import Tensor

from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
from rethink_gym.agents.batching.batch import Batch, Part, sampled_turns
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Completion, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("stage_one_frac", "norms", "kls", "sums"),
    [
        (
            1.0,
            [1.3725968599319458, 1.3022418022155762, 3.803180694580078],
            [0.0, 0.014891419559717178, 0.020693272352218628],
            (157.85116724852787, 188.07859761519344),
        ),
        (
            0.0,
            [15.255566596984863, 14.569345474243164, 31.52505111694336],
            [0.0, 0.01636139800151189, 0.028947611649831135],
            (169.14447903004702, 189.9955358286026),
        ),
    ],
    ids=["stage one", "stage two"],
)
def test_three_updates_of_two_turns_have_the_recorded_gradients(
    policy: LanguageModel,
    make_env: Any,
    stage_one_frac: float,
    norms: list[float],
    kls: list[float],
    sums: tuple[float, float],
) -> None:
    episodes = make_episodes(policy)
    # One schedule over the whole run, and the KL of every position alone, as recorded.
    config = SCoReConfig(**SMALL, stage_one_frac=stage_one_frac, kl_place="loss")
    algorithm = SCoRe(policy, make_env(12), config)
    logged = []
    for _ in range(3):
        logged.append(algorithm.update(episodes))
        algorithm.num_episodes += len(episodes)
    # Up to rounding: processors add up in different orders.
    assert [numbers["grad_norm"] for numbers in logged] == pytest.approx(norms, rel=1e-3)
    assert [numbers["kl_t1"] for numbers in logged] == pytest.approx(kls, rel=5e-3, abs=1e-6)
    flat = weights_of(policy).double()
    assert (flat.sum().item(), flat.square().sum().item()) == pytest.approx(sums, rel=1e-3)


@pytest.mark.parametrize(("kl_target", "factor"), [(1e-9, 1.02), (1e9, 0.98)])
def test_an_adaptive_beta2_follows_the_kl(
    policy: LanguageModel, make_env: Any, kl_target: float, factor: float
) -> None:
    config = SCoReConfig(**SMALL, stage_one_frac=1.0, beta2=0.5, kl_target=kl_target)
    algorithm = SCoRe(policy, make_env(12), config)
    algorithm.total_episodes = 1000
    algorithm.update(make_episodes(policy))
    before = algorithm.beta2
    algorithm.update(make_episodes(policy))
    assert algorithm.beta2 == pytest.approx(before * factor)


def test_a_fixed_beta2_stays(policy: LanguageModel, make_env: Any) -> None:
    algorithm = SCoRe(policy, make_env(12), SCoReConfig(**SMALL, beta2=0.5)).learn(24)
    assert algorithm.beta2 == 0.5


class OneToken(LanguageModel):
    """Answers every conversation with the same token."""

    def act(self, conversations: Sequence[Any], sampling: Any = None) -> list[Completion]:
        return [Completion("!", (6,), (-0.5,), StopReason.LENGTH) for _ in conversations]


def test_offline_samples_have_first_attempts_of_the_base_and_only_the_second_in_the_loss(
    policy: LanguageModel, make_env: Any
) -> None:
    # Fewer slots than episodes: the order of the samples must hold across waves.
    config = SCoReConfig(**SMALL, offline_samples=2, stage_one_frac=0.0)
    algorithm = SCoRe(policy, make_env(5), config)
    algorithm.reference = OneToken(algorithm.reference.model, policy.tokenizer)
    episodes = algorithm.collect()
    is_by_base = [episode.turns[0].completion.text == "!" for episode in episodes]
    assert is_by_base == [True, True, False, False] * 3
    assert not any(episode.turns[1].completion.text == "!" for episode in episodes)
    mask = algorithm.loss_mask(algorithm.read(episodes))
    turns = sampled_turns(policy, episodes)
    by_base = torch.tensor(is_by_base)[:, None]
    assert not mask[by_base & (turns == 0)].any()
    assert mask[by_base & (turns == 1)].all()
    assert mask[~by_base & (turns >= 0)].all()


def test_without_multi_turn_only_first_attempts_are_in_the_loss(
    policy: LanguageModel,
) -> None:
    config = SCoReConfig(**SMALL, multi_turn=False)
    algorithm = SCoRe(policy, "MathSelfCorrect-v0", config)
    assert algorithm.stage == 2
    episodes = algorithm.collect()
    assert {len(episode.turns) for episode in episodes} == {2}
    batch = algorithm.read(episodes)
    assert torch.equal(algorithm.loss_mask(batch), batch.turns == 0)
    assert algorithm.update(episodes)["stage"] == 2.0
    assert len(algorithm.evaluate(range(4)).accuracies) == 2


def test_the_learning_rate_falls_within_each_stage(policy: LanguageModel, make_env: Any) -> None:
    algorithm = SCoRe(policy, make_env(12), SCoReConfig(**SMALL, stage_one_frac=0.5))
    rates = []

    def note(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        rates.append(local_names["learned"]["learning_rate"])
        return True

    algorithm.learn(12 * 8, callback=note)
    assert rates == pytest.approx([1e-2, 7.5e-3, 5e-3, 2.5e-3] * 2)


def test_stage_two_by_star_imitates_correct_attempts(policy: LanguageModel, make_env: Any) -> None:
    config = SCoReConfig(**SMALL, stage_one_frac=0.0, stage_two="star")
    algorithm = SCoRe(policy, make_env(12), config)
    episodes = make_episodes(policy)
    turns = sampled_turns(policy, episodes)
    advantages, kl_weights = algorithm.objective(algorithm.read(episodes))
    is_correct = torch.tensor([[turn.reward for turn in episode.turns] for episode in episodes]) > 0
    for turn in range(2):
        has_weight = (advantages > 0) & (turns == turn)
        assert torch.equal(has_weight.any(dim=1), is_correct[:, turn])
    assert advantages.min() == 0
    assert kl_weights.abs().max() == 0


@pytest.mark.parametrize("settings", [{}, {"multi_turn": False}, {"offline_samples": 1}])
def test_imitation_is_the_mean_over_the_correct_attempts_that_are_trained(
    policy: LanguageModel, make_env: Any, settings: dict[str, Any]
) -> None:
    config = SCoReConfig(**SMALL, stage_one_frac=0.0, stage_two="star", **settings)
    algorithm = SCoRe(policy, make_env(12), config)
    episodes = make_episodes(policy)
    batch = algorithm.read(episodes)
    advantages, _ = algorithm.objective(batch)
    weights = batch.per_turn(advantages * algorithm.loss_mask(batch))
    lengths = batch.per_turn(algorithm.loss_mask(batch).float()).clamp(min=1.0)
    # The loss is a mean over episodes: the weights of the trained attempts add up to them.
    assert (weights / lengths).sum().item() == pytest.approx(len(episodes))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kl_target": 0.0}, "kl_target must be a number above 0"),
        ({"kl_target": 1.0, "beta2": 0.0}, "kl_target must be None if beta2 is 0"),
        ({"kl_bound": 0.0}, "kl_bound must be a number above 0"),
        (
            {"kl_bound": 1.0, "beta1": 0.0, "beta2": 0.0},
            "kl_bound must be None if beta1 and beta2 are 0",
        ),
        ({"stage_two": "ppo"}, "stage_two must be one of 'reinforce', 'star'"),
        ({"offline_samples": 9}, "offline_samples must be at most 8"),
        ({"offline_samples": 1, "multi_turn": False}, "offline_samples must be at most 0"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SCoReConfig(**settings)


def test_a_single_turn_may_have_an_environment_of_one_attempt(
    policy: LanguageModel, make_env: Any
) -> None:
    config = SCoReConfig(**SMALL, multi_turn=False)
    assert SCoRe(policy, make_env(12, max_attempts=1), config).stage == 2


def test_the_stage_follows_the_progress_of_the_run(policy: LanguageModel, make_env: Any) -> None:
    algorithm = SCoRe(policy, make_env(12), SCoReConfig(**SMALL, stage_one_frac=0.5))
    stages = []

    def note(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        stages.append(int(local_names["learned"]["stage"]))
        return True

    algorithm.learn(12 * 4, callback=note)
    assert stages == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("env_arguments", "message"),
    [
        ({"max_attempts": 1}, "max_attempts must be 2 or more, got 1"),
        ({"reward": "sparse"}, "reward must be 'per_attempt', got 'sparse'"),
    ],
)
def test_an_environment_without_second_attempt_or_reward_per_attempt_is_refused(
    policy: LanguageModel, make_env: Any, env_arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        SCoRe(policy, make_env(12, **env_arguments), SCoReConfig(**SMALL))


def logit_gradients(
    algorithm: SCoRe, episodes: list[Episode], monkeypatch: pytest.MonkeyPatch
) -> tuple[Tensor, Tensor]:
    """Update once; return the gradients that reached the logits of each attempt."""
    recorded: list[tuple[Tensor, Tensor]] = []
    policy_losses = algorithm.policy_losses

    def recording_losses(part: Part, batch: Batch, advantages: Tensor) -> Tensor:
        turns = part.turns
        part.logits.register_hook(  # type: ignore[no-untyped-call]  # torch gives no types
            lambda gradient: recorded.append((turns, gradient))
        )
        return policy_losses(part, batch, advantages)

    monkeypatch.setattr(algorithm, "policy_losses", recording_losses)
    algorithm.update(episodes)
    turns = torch.cat([each for each, _ in recorded])
    gradients = torch.cat([each for _, each in recorded])
    return gradients[turns == 0], gradients[turns == 1]


@pytest.mark.parametrize("beta2", [0.0, 0.5])
def test_in_stage_one_only_the_kl_has_a_gradient_at_the_first_attempt(
    policy: LanguageModel, make_env: Any, monkeypatch: pytest.MonkeyPatch, beta2: float
) -> None:
    config = SCoReConfig(
        problems_per_update=4,
        samples_per_problem=4,
        max_new_tokens=3,
        stage_one_frac=1.0,
        beta1=0.0,
        beta2=beta2,
    )
    algorithm = SCoRe(policy, make_env(16), config, seed=1)
    with torch.no_grad():  # away from the reference, so that the KL is not 0
        for parameter in policy.model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    rewarded = [
        replace(
            episode, turns=tuple(replace(turn, reward=float(index % 2)) for turn in episode.turns)
        )
        for index, episode in enumerate(algorithm.collect())
    ]
    first, second = logit_gradients(algorithm, rewarded, monkeypatch)
    assert (first.abs().max() > 0) == (beta2 > 0)
    assert second.abs().max() > 0


def test_a_trivial_task_is_learned_in_seconds(policy: LanguageModel, make_env: Any) -> None:
    settings = {"problems_per_update": 4, "samples_per_problem": 16, "max_new_tokens": 1}
    algorithm = SCoRe(policy, make_env(64), SCoReConfig(**{**SMALL, **settings}))
    algorithm.learn(64 * 60)
    rewards = [episode.turns[-1].reward for episode in algorithm.collect()]
    assert sum(rewards) / len(rewards) > 0.9
