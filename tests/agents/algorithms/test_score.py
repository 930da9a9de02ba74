"""SCoRe: stages, turns, references, and its options; two turns as recorded."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
from rethink_gym.agents.batching.batch import micro_batches, sampled_turns
from rethink_gym.agents.objectives.losses import exact_kl
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Completion, StopReason
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import ArgumentError

SMALL: dict[str, Any] = {
    "problems_per_update": 3,
    "samples_per_problem": 4,
    "max_new_tokens": 4,
    "learning_rate": 1e-2,
}


def trained_copy(policy: LanguageModel) -> LanguageModel:
    copy = policy.frozen_copy()
    copy.model.requires_grad_(True)
    return copy


def weights(policy: LanguageModel) -> Tensor:
    return torch.cat([p.detach().flatten() for p in policy.model.parameters()])


def made_up(policy: LanguageModel, num_turns: int = 2) -> list[Episode]:
    """Three problems of four samples, whose tokens and rewards a seed decides."""
    random = Random(7)
    asked = ["Compute {}.", *["Once more."] * (num_turns - 1)]
    episodes = []
    for problem in range(3):
        for _ in range(4):
            turns = []
            for turn, text in enumerate(asked):
                ids = tuple(random.randrange(1, 200) for _ in range(random.randrange(1, 5)))
                said = policy.tokenizer.decode(list(ids))
                assert isinstance(said, str)
                completion = Completion(said, ids, (-1.0,) * len(ids), StopReason.LENGTH)
                reward = float(random.random() < 0.5)
                is_last = turn == num_turns - 1
                turns.append(Turn(text.format(problem), completion, reward, is_last, False))
            episodes.append(Episode(f"p/{problem}", tuple(turns)))
    return episodes


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
def test_two_turns_learn_what_they_learned_before_there_were_more(
    policy: LanguageModel,
    make_env: Any,
    stage_one_frac: float,
    norms: list[float],
    kls: list[float],
    sums: tuple[float, float],
) -> None:
    episodes = made_up(policy)
    # One schedule over the whole run, and the KL of every position alone, as recorded.
    config = SCoReConfig(**SMALL, stage_one_frac=stage_one_frac, kl_place="loss")
    algorithm = SCoRe(policy, make_env(12), config)
    logged = []
    for _ in range(3):
        logged.append(algorithm.update(episodes))
        algorithm.num_episodes += len(episodes)
    # To rounding: other processors add up in another order.
    assert [numbers["grad_norm"] for numbers in logged] == pytest.approx(norms, rel=1e-3)
    assert [numbers["kl_t1"] for numbers in logged] == pytest.approx(kls, rel=5e-3, abs=1e-6)
    flat = weights(policy).double()
    assert (flat.sum().item(), flat.square().sum().item()) == pytest.approx(sums, rel=1e-3)


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
    episodes = made_up(policy, 3)
    algorithm.total_episodes = 24
    turns = sampled_turns(policy, episodes)
    advantages, kl_weights = algorithm.objective(algorithm.read(episodes))
    assert advantages[(turns >= 0) & (turns != 1)].abs().max() == 0
    assert advantages[turns == 1].abs().max() > 0
    assert kl_weights.tolist() == [0.75, 0.25, 0.25]
    algorithm.update(episodes)
    algorithm.num_episodes = 12  # the second half teaches the third attempt
    after_first_part = weights(policy)
    logged = algorithm.update(episodes)
    advantages, kl_weights = algorithm.objective(algorithm.read(episodes))
    assert advantages[(turns >= 0) & (turns != 2)].abs().max() == 0
    assert kl_weights.tolist() == [0.25] * 3  # the rest is that of reference k
    assert algorithm.reference_k is not None
    assert torch.equal(weights(algorithm.reference_k), after_first_part)
    assert logged["kl_reference_k_t1"] == pytest.approx(0.0, abs=1e-6)
    assert logged["kl_t1"] > 1e-4
    assert "kl_reference_k_t3" not in logged


def test_reference_k_holds_earlier_attempts_and_no_others(
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
    algorithm.total_episodes, algorithm.num_episodes = 24, 12  # teaches the third attempt
    episodes = [
        Episode(each.problem_id, tuple(replace(turn, reward=0.0) for turn in each.turns))
        for each in made_up(policy, 3)
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
    found = [parameter.grad for parameter in parameters]
    torch.testing.assert_close(found, list(expected), atol=1e-6, rtol=1e-4)
    assert max(gradient.abs().max() for gradient in expected) > 1e-4


def test_stage_two_lets_go_of_reference_k(policy: LanguageModel, make_env: Any) -> None:
    algorithm = three_turns(policy, make_env, stage_one_frac=0.8)
    stages = []

    def note(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        stages.append((int(local_names["learned"]["stage"]), algorithm.reference_k is not None))
        return True

    algorithm.learn(12 * 5, callback=note)
    assert stages == [(1, False), (1, False), (1, True), (1, True), (2, False)]


def test_three_turns_go_on_from_a_checkpoint_with_their_reference(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    settings = {"stage_one_frac": 1.0, "kl_target": 0.01, "offline_samples": 1}
    twin = trained_copy(policy)
    whole = three_turns(policy, make_env, **settings).learn(12 * 4)
    half = three_turns(twin, make_env, **settings)

    def interrupt(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        return half.num_updates < 3  # within the part that has a reference k

    half.learn(12 * 4, callback=interrupt).save(tmp_path / "checkpoint")
    resumed = SCoRe.load(tmp_path / "checkpoint", make_env(12, max_attempts=3))
    assert resumed.reference_k is not None
    resumed.learn(12 * 4)
    assert torch.equal(weights(resumed.policy), weights(whole.policy))
    assert resumed.beta2 == whole.beta2 != 1.0


@pytest.mark.parametrize(
    ("kl_bound", "parts"),
    [
        (1e-6, [(1, 1), (1, 1), (1, 2), (1, 2), (2, 1), (2, 1)]),
        (1e9, [(1, 1), (1, 1), (1, 1), (1, 1), (1, 2), (1, 2)]),
    ],
)
def test_a_part_of_stage_one_ends_where_what_it_holds_has_moved_too_far(
    policy: LanguageModel,
    make_env: Any,
    tmp_path: Path,
    kl_bound: float,
    parts: list[tuple[int, int]],
) -> None:
    # In the first update of a part nothing has moved yet when the KL is measured.
    algorithm = three_turns(policy, make_env, stage_one_frac=1.0, kl_bound=kl_bound)
    algorithm.total_episodes = 96
    seen = []
    for played in range(0, 72, 12):
        algorithm.num_episodes = played
        algorithm.save(tmp_path / "checkpoint")
        resumed = SCoRe.load(tmp_path / "checkpoint", make_env(12, max_attempts=3))
        seen.append((resumed.stage, resumed.trained_turn))
        algorithm.update(made_up(policy, 3))
    assert seen == parts


@pytest.mark.parametrize(("kl_target", "factor"), [(1e-9, 1.02), (1e9, 0.98)])
def test_an_adaptive_beta2_follows_the_kl(
    policy: LanguageModel, make_env: Any, kl_target: float, factor: float
) -> None:
    config = SCoReConfig(**SMALL, stage_one_frac=1.0, beta2=0.5, kl_target=kl_target)
    algorithm = SCoRe(policy, make_env(12), config)
    algorithm.total_episodes = 1000
    algorithm.update(made_up(policy))
    before = algorithm.beta2
    algorithm.update(made_up(policy))
    assert algorithm.beta2 == pytest.approx(before * factor)


def test_a_fixed_beta2_stays(policy: LanguageModel, make_env: Any) -> None:
    algorithm = SCoRe(policy, make_env(12), SCoReConfig(**SMALL, beta2=0.5)).learn(24)
    assert algorithm.beta2 == 0.5


class Saying(LanguageModel):
    """Says one token only, whatever it is asked."""

    def act(self, conversations: Sequence[Any], sampling: Any = None) -> list[Completion]:
        return [Completion("!", (6,), (-0.5,), StopReason.LENGTH) for _ in conversations]


def test_offline_samples_get_their_first_attempt_from_the_base_and_learn_the_second(
    policy: LanguageModel, make_env: Any
) -> None:
    # Fewer slots than episodes: the waves must not mix up whose turn it is.
    config = SCoReConfig(**SMALL, offline_samples=2, stage_one_frac=0.0)
    algorithm = SCoRe(policy, make_env(5), config)
    algorithm.reference = Saying(algorithm.reference.model, policy.tokenizer)
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


def test_without_many_turns_only_first_attempts_are_trained_on_the_same_environment(
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


def test_stage_two_by_star_imitates_right_attempts(policy: LanguageModel, make_env: Any) -> None:
    config = SCoReConfig(**SMALL, stage_one_frac=0.0, stage_two="star")
    algorithm = SCoRe(policy, make_env(12), config)
    episodes = made_up(policy)
    turns = sampled_turns(policy, episodes)
    advantages, kl_weights = algorithm.objective(algorithm.read(episodes))
    right = torch.tensor([[turn.reward for turn in episode.turns] for episode in episodes]) > 0
    for turn in range(2):
        weighs = (advantages > 0) & (turns == turn)
        assert torch.equal(weighs.any(dim=1), right[:, turn])
    assert advantages.min() == 0
    assert kl_weights.abs().max() == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kl_target": 0.0}, "kl_target must be None, or a number above 0"),
        ({"kl_target": 1.0, "beta2": 0.0}, "with a beta2 above 0"),
        ({"kl_bound": 0.0}, "kl_bound must be None, or a number above 0"),
        ({"kl_bound": 1.0, "beta1": 0.0, "beta2": 0.0}, "with a beta1 or beta2 above 0"),
        ({"stage_two": "ppo"}, "stage_two must be one of 'reinforce', 'star'"),
        ({"offline_samples": 9}, "offline_samples must be at most 8"),
        ({"offline_samples": 1, "multi_turn": False}, "offline_samples must be at most 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SCoReConfig(**settings)


def test_a_single_turn_may_have_an_environment_of_one_attempt(
    policy: LanguageModel, make_env: Any
) -> None:
    config = SCoReConfig(**SMALL, multi_turn=False)
    assert SCoRe(policy, make_env(12, max_attempts=1), config).stage == 2
