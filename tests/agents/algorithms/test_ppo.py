"""PPO: rewards of tokens, termination and truncation, and the critic."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rethink_gym.agents.algorithms import ppo
from rethink_gym.agents.algorithms.ppo import PPO, PPOConfig
from rethink_gym.agents.batching.batch import Batch, micro_batches, sampled_turns
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.objectives.losses import clipped_value_losses
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Conversation, StopReason
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import ArgumentError, DataNotFoundError
from rethink_gym.verdict import Reason, StepScore, Verdict

SMALL: dict[str, Any] = {
    "problems_per_update": 4,
    "samples_per_problem": 4,
    "max_new_tokens": 6,
    "learning_rate": 1e-2,
}


def make(policy: LanguageModel, env: Any, **settings: Any) -> PPO:
    return PPO(policy, env, PPOConfig(**{**SMALL, **settings}))


def with_constant_values(algorithm: PPO, value: float) -> PPO:
    """Let the critic predict one value everywhere."""
    with torch.no_grad():
        algorithm.value_head.bias.fill_(value)
    return algorithm


def with_turns_changed(episodes: Sequence[Episode], **changes: Any) -> list[Episode]:
    """Return episodes with changed fields in all turns."""
    return [
        replace(episode, turns=tuple(replace(turn, **changes) for turn in episode.turns))
        for episode in episodes
    ]


def with_stop(turn: Turn, stop: StopReason) -> Turn:
    return replace(turn, completion=replace(turn.completion, stop=stop))


def read(algorithm: PPO, episodes: Sequence[Episode]) -> Batch:
    """Read episodes as an update does."""
    return algorithm.read(
        episodes,
        log_probs=True,
        reference=True,
        critic=algorithm.critic,
        value_head=algorithm.value_head,
    )


def estimates_of(algorithm: PPO, episodes: Sequence[Episode]) -> tuple[Tensor, Tensor, Tensor]:
    """Return advantages, returns and loss mask."""
    return algorithm.estimate(read(algorithm, episodes))


def returns_of(algorithm: PPO, episodes: Sequence[Episode]) -> Tensor:
    return estimates_of(algorithm, episodes)[1]


def last_tokens(algorithm: PPO, episodes: Sequence[Episode]) -> Tensor:
    """Return the index of the last sampled token of each episode."""
    return (sampled_turns(algorithm.policy, episodes) >= 0).sum(dim=1) - 1


@pytest.mark.parametrize("is_critic_separate", [False, True])
def test_a_trivial_task_is_learned_with_a_critic(
    policy: LanguageModel, make_env: Any, is_critic_separate: bool
) -> None:
    settings = {"samples_per_problem": 16, "max_new_tokens": 1}
    algorithm = make(policy, make_env(64), **settings, is_critic_separate=is_critic_separate)
    before = algorithm.update(algorithm.collect())
    algorithm.learn(64 * 12)
    rewards = [episode.turns[-1].reward for episode in algorithm.collect()]
    assert sum(rewards) / len(rewards) > 0.8
    assert before["kl_t1"] == pytest.approx(0.0, abs=1e-6)
    assert before["value_mean"] == 0.0


def test_a_turns_reward_reaches_its_own_tokens_and_those_before(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = make(policy, make_env(16), gae_lambda=1.0, beta=0.0)
    episodes = with_turns_changed(algorithm.collect(), reward=1.0)
    turns = sampled_turns(policy, episodes)
    returns = returns_of(algorithm, episodes)
    assert set(returns[turns == 0].tolist()) == {2.0}
    assert set(returns[turns == 1].tolist()) == {1.0}


@pytest.mark.parametrize(
    ("terminated", "truncated", "stop", "length_cap", "final_return"),
    [
        (True, False, StopReason.END, "end", 0.0),
        (False, True, StopReason.END, "end", 0.7),
        (True, True, StopReason.END, "end", 0.0),
        (True, False, StopReason.LENGTH, "end", 0.0),
        (True, False, StopReason.LENGTH, "bootstrap", 0.7),
        (True, False, StopReason.END, "bootstrap", 0.0),
        (True, False, StopReason.LENGTH, "penalty", -0.5),
        (True, False, StopReason.END, "penalty", 0.0),
    ],
)
def test_truncation_is_bootstrapped_unless_the_config_treats_it_as_an_end(
    policy: LanguageModel,
    make_env: Any,
    terminated: bool,
    truncated: bool,
    stop: StopReason,
    length_cap: str,
    final_return: float,
) -> None:
    algorithm = make(policy, make_env(16), beta=0.0, length_cap=length_cap, cap_penalty=0.5)
    with_constant_values(algorithm, 0.7)
    flags = {"terminated": terminated, "truncated": truncated, "reward": 0.0}
    episodes = [
        replace(episode, turns=(*episode.turns[:-1], with_stop(episode.turns[-1], stop)))
        for episode in with_turns_changed(algorithm.collect(), **flags)
    ]
    returns = returns_of(algorithm, episodes)
    lasts = returns[torch.arange(len(episodes)), last_tokens(algorithm, episodes)]
    torch.testing.assert_close(lasts, torch.full_like(lasts, final_return))


def test_truncated_answers_may_be_masked_out_of_the_loss(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = make(policy, make_env(16), length_cap="mask")
    episodes = [
        replace(
            episode,
            turns=(
                with_stop(episode.turns[0], StopReason.LENGTH),
                with_stop(episode.turns[1], StopReason.END),
            ),
        )
        for episode in algorithm.collect()
    ]
    turns = sampled_turns(policy, episodes)
    advantages, _, loss_mask = estimates_of(algorithm, episodes)
    assert torch.equal(loss_mask, turns == 1)
    assert advantages[turns == 0].abs().max() == 0


def test_advantages_are_whitened_over_the_loss_mask(policy: LanguageModel, make_env: Any) -> None:
    algorithm = make(policy, make_env(16))
    episodes = algorithm.collect()
    advantages, _, loss_mask = estimates_of(algorithm, episodes)
    trained = advantages[loss_mask]
    assert trained.mean().item() == pytest.approx(0.0, abs=1e-5)
    assert trained.var(unbiased=False).item() == pytest.approx(1.0, abs=1e-4)


def test_the_kl_is_subtracted_from_the_reward_of_every_token(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = make(policy, make_env(16), beta=0.05, gae_lambda=1.0)
    with torch.no_grad():
        for parameter in policy.model.parameters():
            parameter.add_(0.03 * torch.randn_like(parameter))
    episodes = with_turns_changed(algorithm.collect(), reward=0.0)
    turns = sampled_turns(policy, episodes)
    batch = read(algorithm, episodes)
    assert batch.log_probs is not None
    here, there = batch.log_probs, batch.ref_log_probs
    to_go = (here - there).flip(1).cumsum(1).flip(1)
    _, returns, _ = algorithm.estimate(batch)
    numbers = batch.log.means()
    torch.testing.assert_close(returns[turns >= 0], -0.05 * to_go[turns >= 0])
    assert to_go.abs().max() > 0.01
    # The log contains k3, the estimate that is never negative.
    reported = torch.expm1(there - here) + here - there
    assert numbers["kl_t1"] == pytest.approx(reported[turns == 0].sum().item() / 16, rel=1e-4)
    assert numbers["kl_per_token"] == pytest.approx(reported[turns >= 0].mean().item(), rel=1e-4)


def test_the_critic_reads_only_the_tokens_before_a_position(
    policy: LanguageModel, make_env: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    algorithm = make(policy, make_env(16))
    torch.nn.init.normal_(algorithm.value_head.weight)
    episodes = algorithm.collect()
    [part] = micro_batches(policy, episodes, 10**6)
    rows, columns = part.sampled.rows, part.sampled.columns
    with torch.no_grad():
        _, hidden = policy.forward_at_positions(part.token_ids, rows, columns)
        values = algorithm.value_head(hidden)[:, 0]
    torch.testing.assert_close(read(algorithm, episodes).values[part.index], values)
    # The same holds in training: at the first step the values have not changed yet.
    differences: list[Tensor] = []

    def recording_losses(values: Tensor, before: Tensor, returns: Tensor, *, clip: float) -> Tensor:
        differences.append((values - before).abs().max())
        return clipped_value_losses(values, before, returns, clip=clip)

    monkeypatch.setattr(ppo, "clipped_value_losses", recording_losses)
    algorithm.update(episodes)
    assert differences[0] < 1e-5


def test_termination_and_truncation_of_the_environment_reach_the_critic(
    policy: LanguageModel, make_env: Any
) -> None:
    returns = {}
    for name, is_truncated in (("terminated", False), ("truncated", True)):
        env = make_env(16)
        step = env.step

        def ending(actions: Any, step: Any = step, is_truncated: bool = is_truncated) -> Any:
            observations, rewards, terminations, truncations, infos = step(actions)
            over = (terminations, truncations) if not is_truncated else (truncations, terminations)
            return observations, 0 * rewards, *over, infos

        env.step = ending
        algorithm = with_constant_values(make(policy, env, beta=0.0), 0.7)
        episodes = algorithm.collect()
        all_returns = returns_of(algorithm, episodes)
        returns[name] = all_returns[torch.arange(16), last_tokens(algorithm, episodes)]
    assert returns["terminated"].tolist() == pytest.approx([0.0] * 16)
    assert returns["truncated"].tolist() == pytest.approx([0.7] * 16)


def test_dense_rewards_are_on_the_last_tokens_of_correct_steps(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = make(policy, make_env(16), rewards="dense", beta=0.0, gae_lambda=1.0)
    sentence = policy.tokenizer("7\n8\n9", add_special_tokens=False)["input_ids"]
    assert len(sentence) == 5
    episodes = []
    for episode in algorithm.collect():
        completion = replace(
            episode.turns[0].completion,
            text=policy.decode(sentence),
            token_ids=tuple(sentence),
            log_probs=(0.0,) * len(sentence),
        )
        scores = (StepScore(0, 1, 1.0), StepScore(2, 3, 0.0), StepScore(4, 5, 1.0))
        verdict = Verdict(1.0, True, Reason.EQUAL, steps=scores)
        turn = replace(episode.turns[0], completion=completion, reward=1.0, verdict=verdict)
        episodes.append(replace(episode, turns=(replace(turn, terminated=True),)))
    returns = returns_of(algorithm, episodes)
    # The first and the last step have a reward of 1/3, and the answer adds 1 at the last token.
    by_hand = torch.tensor([5 / 3, 4 / 3, 4 / 3, 4 / 3, 4 / 3])
    torch.testing.assert_close(returns, by_hand.expand(16, 5))


@pytest.mark.parametrize("form", ["sparse", "potential"])
def test_a_reward_model_replaces_the_rewards_of_the_environment(
    policy: LanguageModel, make_env: Any, form: str
) -> None:
    algorithm = make(policy, make_env(16), rewards=f"orm_{form}", beta=0.0, gae_lambda=1.0)
    seen: list[Conversation] = []

    def scores(
        contexts: Sequence[Conversation], answers: Sequence[Sequence[str]]
    ) -> list[list[float]]:
        seen.extend(contexts)
        return [[0.1] * (len(pieces) - 1) + [0.6] for pieces in answers]

    algorithm.prefix_scores = scores
    episodes = with_turns_changed(algorithm.collect(), reward=99.0)
    returns = returns_of(algorithm, episodes)
    # Two turns of 0.6 each, for both forms.
    torch.testing.assert_close(returns[:, 0], torch.full((16,), 1.2))
    assert sorted({len(context) for context in seen}) == [1, 3]


def test_a_missing_reward_model_is_reported_with_the_remedy(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = make(policy, make_env(16), rewards="orm_sparse")
    with pytest.raises(ArgumentError, match=r"reward_model must be given.*rethink train orm"):
        algorithm.update(algorithm.collect())
    with pytest.raises(DataNotFoundError):
        make(policy, make_env(16), rewards="orm_sparse", reward_model="/nowhere")


def test_whitened_rewards_keep_their_mean(policy: LanguageModel, make_env: Any) -> None:
    settings = {"beta": 0.0, "gae_lambda": 0.0, "gamma": 0.0}  # returns are the rewards
    algorithm = make(policy, make_env(16), whiten_rewards=True, **settings)
    plain = make(policy, make_env(16), **settings)
    episodes = with_turns_changed(algorithm.collect(), reward=3.0)
    is_action = sampled_turns(policy, episodes) >= 0
    whitened = returns_of(algorithm, episodes)[is_action]
    assert whitened.mean().item() == pytest.approx(
        returns_of(plain, episodes)[is_action].mean().item()
    )
    assert whitened.var(correction=0).item() == pytest.approx(1.0, abs=1e-3)


def test_the_epsilon_of_adam_is_that_of_the_paper(policy: LanguageModel, make_env: Any) -> None:
    groups = make(policy, make_env(16)).optimizer.param_groups
    assert {group["eps"] for group in groups} == {1e-5}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rewards": "orm"}, "rewards must be one of"),
        ({"length_cap": "cut"}, "length_cap must be one of"),
        ({"beta": -0.1}, "beta must be a number of at least 0"),
        ({"gae_lambda": 1.1}, r"gae_lambda must be a number in \[0, 1\]"),
        ({"value_clip": 0.0}, "value_clip must be a number above 0"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        replace(PPOConfig(), **settings)


def test_the_reward_model_of_the_config_is_loaded(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    OutcomeRewardModel(policy.frozen_copy()).save_pretrained(tmp_path)
    algorithm = make(
        policy,
        make_env(16),
        rewards="orm_potential",
        reward_model=str(tmp_path),
        beta=0.0,
        gae_lambda=1.0,
    )
    returns = returns_of(algorithm, algorithm.collect())
    # A new model scores everything one half, in both turns.
    torch.testing.assert_close(returns[:, 0], torch.ones(16))
