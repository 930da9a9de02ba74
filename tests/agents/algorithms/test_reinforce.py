"""REINFORCE, RLOO and GRPO: baselines, the KL in loss or reward, and the parts of DAPO."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from rethink_gym.agents.algorithms.reinforce import (
    GRPO,
    REINFORCE,
    RLOO,
    GRPOConfig,
    REINFORCEConfig,
    RLOOConfig,
)
from rethink_gym.agents.batching.batch import sampled_turns
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason, Verdict

SMALL: dict[str, Any] = {
    "problems_per_update": 4,
    "samples_per_problem": 4,
    "max_new_tokens": 6,
    "learning_rate": 1e-2,
}
REWARDS = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])


def make(policy: LanguageModel, env: Any, **settings: Any) -> REINFORCE:
    return REINFORCE(policy, env, REINFORCEConfig(**{**SMALL, **settings}))


@pytest.mark.parametrize(
    ("settings", "advantages"),
    [
        ({"baseline": "none"}, [[[1, 0], [1, 1]], [[1, 1], [1, 1]]]),
        ({"baseline": "none", "turn_gamma": 0.0}, REWARDS.tolist()),
        ({"baseline": "leave_one_out"}, [[[0, -1], [0, 1]], [[0, 0], [0, 0]]]),
        (
            {"baseline": "group", "scale_group": False},
            [[[0, -0.5], [0, 0.5]], [[0, 0], [0, 0]]],
        ),
        ({"baseline": "group"}, [[[0, -(0.5**0.5)], [0, 0.5**0.5]], [[0, 0], [0, 0]]]),
    ],
)
def test_baselines_by_hand(
    policy: LanguageModel, make_env: Any, settings: dict[str, Any], advantages: Any
) -> None:
    algorithm = make(policy, make_env(16), **settings | {"samples_per_problem": 2})
    rewards = REWARDS.flatten(0, 1)
    actual = algorithm.advantages(rewards, torch.ones_like(rewards, dtype=torch.bool))
    expected = torch.tensor(advantages).float().flatten(0, 1)
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=0)


def test_rloo_and_grpo_differ_from_reinforce_in_settings_only() -> None:
    assert (RLOOConfig().baseline, RLOOConfig().kl_place) == ("leave_one_out", "reward")
    assert (GRPOConfig().baseline, GRPOConfig().loss_aggregation) == ("group", "sequence_mean")
    assert vars(RLOO).keys() - vars(REINFORCE).keys() == set()


def perturb(policy: LanguageModel) -> None:
    with torch.no_grad():
        for parameter in policy.model.parameters():
            parameter.add_(0.03 * torch.randn_like(parameter))


def test_a_kl_in_the_reward_is_summed_over_each_attempt(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = make(policy, make_env(16), beta=0.5, kl_place="reward")
    perturb(policy)
    episodes = algorithm.collect()
    turns = sampled_turns(policy, episodes)
    batch = algorithm.read(episodes, log_probs=True, reference=True)
    rewards = algorithm.turn_rewards(batch)
    numbers = batch.log.means()
    assert batch.log_probs is not None
    here, there = batch.log_probs, batch.ref_log_probs
    for row, episode in enumerate(episodes):
        for index, turn in enumerate(episode.turns):
            kl = (here - there)[row][turns[row] == index].sum().item()
            shaped = rewards[row, index].item()
            assert shaped == pytest.approx(turn.reward - 0.5 * kl, abs=1e-4)
    reported = torch.expm1(there - here) + here - there
    assert numbers["kl_t1"] == pytest.approx(reported[turns == 0].sum().item() / 16, rel=1e-3)
    assert numbers["kl_per_token"] == pytest.approx(reported[turns >= 0].mean().item(), rel=1e-3)


@pytest.mark.parametrize("kl_place", ["loss", "reward"])
def test_the_kl_is_zero_before_the_first_step(
    policy: LanguageModel, make_env: Any, kl_place: str
) -> None:
    algorithm = make(policy, make_env(16), kl_place=kl_place)
    numbers = algorithm.update(algorithm.collect())
    assert numbers["kl_t1"] == pytest.approx(0.0, abs=1e-6)
    assert numbers["kl_t2"] == pytest.approx(0.0, abs=1e-6)


class ScriptedRewards(REINFORCE):
    """Rewards samples by their index; problems of odd index have equal rewards."""

    def play_groups(self, num_problems: int) -> list[Episode]:
        played = super().play_groups(num_problems)
        self.num_rounds = getattr(self, "num_rounds", 0) + 1
        size = self.config.samples_per_problem
        groups = [played[start : start + size] for start in range(0, len(played), size)]
        return [
            self._rewarded(episode, sample if group % 2 == 0 else 0)
            for group, episodes in enumerate(groups)
            for sample, episode in enumerate(episodes)
        ]

    @staticmethod
    def _rewarded(episode: Episode, reward: int) -> Episode:
        first, *others = episode.turns
        unrewarded = (replace(turn, reward=0.0) for turn in others)
        return replace(episode, turns=(replace(first, reward=float(reward)), *unrewarded))


def test_dynamic_sampling_continues_until_every_problem_has_a_signal(
    policy: LanguageModel, make_env: Any
) -> None:
    config = REINFORCEConfig(**SMALL, dynamic_sampling=True)
    algorithm = ScriptedRewards(policy, make_env(16), config)
    episodes = algorithm.collect()
    # Two of the 4 problems have a signal, then one of 2 more, then the last one.
    assert algorithm.num_rounds == 3
    rewards = algorithm.turn_rewards(algorithm.read(episodes)).reshape(4, 4, 2)
    assert (rewards[:, :, 0].std(dim=1) > 0).all()
    assert algorithm.num_episodes == 3 * 4, "dropped episodes count as played"
    assert algorithm.num_timesteps == 3 * 4 * 2


def test_after_the_last_round_dropped_problems_fill_the_batch(
    policy: LanguageModel, make_env: Any
) -> None:
    config = REINFORCEConfig(**SMALL, dynamic_sampling=True, max_rounds=1)
    algorithm = ScriptedRewards(policy, make_env(16), config)
    episodes = algorithm.collect()
    assert len(episodes) == 16
    assert algorithm.num_episodes == 0
    batch = algorithm.read(episodes)
    advantages = algorithm.advantages(algorithm.turn_rewards(batch), batch.has_turn)
    assert advantages[8:].abs().max() == 0


def test_overlong_messages_are_penalised(policy: LanguageModel, make_env: Any) -> None:
    algorithm = make(policy, make_env(16), overlong_tokens=2)
    episodes = algorithm.collect()
    rewards = algorithm.turn_rewards(algorithm.read(episodes))
    for row, episode in enumerate(episodes):
        for index, turn in enumerate(episode.turns):
            excess = max(0, len(turn.completion.token_ids) - 4) / 2
            assert rewards[row, index].item() == turn.reward - excess


def with_answer(episode: Episode, answer: str | None) -> Episode:
    verdict = Verdict(0.0, False, Reason.DIFFERENT, answer)
    turns = tuple(replace(turn, verdict=verdict, reward=0.0) for turn in episode.turns)
    return replace(episode, problem_id="one", turns=turns)


@pytest.mark.parametrize(
    ("counts", "bonuses"),
    [("history", [0.5**0.5, 0.5**0.5, 1.0, 0.0]), ("batch", [-1 / 3, -1 / 3, 0.0, 0.0])],
)
def test_rare_answers_earn_a_bonus(
    policy: LanguageModel, make_env: Any, counts: str, bonuses: list[float]
) -> None:
    settings = {"problems_per_update": 1, "answer_bonus": 2.0, "answer_counts": counts}
    algorithm = make(policy, make_env(4), **settings)
    answers = ["7", "7", "8", None]
    episodes = [with_answer(*each) for each in zip(algorithm.collect(), answers, strict=True)]
    rewards = algorithm.turn_rewards(algorithm.read(episodes))
    assert rewards[:, 0].tolist() == pytest.approx([2 * bonus for bonus in bonuses])


def test_the_counts_of_answers_are_kept_in_checkpoints(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    settings = {"answer_bonus": 1.0}
    algorithm = make(policy, make_env(16), **settings).learn(16)
    algorithm.save(tmp_path / "checkpoint")
    loaded = REINFORCE.load(tmp_path / "checkpoint", make_env(16))
    assert loaded.answer_counts == algorithm.answer_counts
    assert sum(loaded.answer_counts.values()) > 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"baseline": "mean"}, "baseline must be one of"),
        (
            {"kl_place": "los"},
            "kl_place must be one of 'both', 'loss', 'reward', got 'los'.",
        ),
        ({"answer_counts": "all"}, "answer_counts must be one of"),
        ({"answer_bonus": -1.0}, "answer_bonus must be a number of at least 0"),
        ({"overlong_tokens": 200}, "overlong_tokens must be at most max_new_tokens, 96"),
        ({"samples_per_problem": 1}, "samples_per_problem must be a whole number of at least 2"),
        ({"beta": -1.0}, "beta must be a number of at least 0"),
        ({"turn_gamma": 2.0}, r"turn_gamma must be a number in \[0, 1\]"),
        ({"max_rounds": 0}, "max_rounds must be a whole number of at least 1"),
        ({"baseline": "none", "samples_per_problem": 0}, "samples_per_problem must be"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        replace(REINFORCEConfig(), **settings)


def test_one_sample_suffices_without_a_baseline() -> None:
    assert REINFORCEConfig(baseline="none", samples_per_problem=1).samples_per_problem == 1


@pytest.mark.parametrize("algorithm_class", [REINFORCE, RLOO, GRPO])
def test_a_trivial_task_is_learned_in_seconds(
    policy: LanguageModel, make_env: Any, algorithm_class: Any
) -> None:
    config = algorithm_class.config_class(
        **{**SMALL, "samples_per_problem": 16, "max_new_tokens": 1}
    )
    algorithm = algorithm_class(policy, make_env(64), config)
    before = algorithm.update(algorithm.collect())
    algorithm.learn(64 * 40)
    rewards = [episode.turns[-1].reward for episode in algorithm.collect()]
    assert sum(rewards) / len(rewards) > 0.9
    assert before["kl_t1"] == pytest.approx(0.0, abs=1e-6)
