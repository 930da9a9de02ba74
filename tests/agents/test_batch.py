from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from rethink_gym.agents import policy_gradient
from rethink_gym.agents.batch import TokenBatch, micro_batches, sampled_logits
from rethink_gym.agents.losses import token_log_probs
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.agents.score import Score, ScoreConfig
from rethink_gym.episode import Episode


@pytest.fixture
def episodes(policy: LanguageModel, make_env: Any) -> list[Episode]:
    policy.seed(0)
    return play_episodes(policy, make_env(6), range(6))


def log_probs_by_episode(
    policy: LanguageModel, episodes: list[Episode], max_tokens: int
) -> dict[int, Tensor]:
    found: dict[int, Tensor] = {}
    with torch.no_grad():
        for part in micro_batches(policy, episodes, max_tokens):
            logits = sampled_logits(policy.model, part, temperature=1.0)
            log_probs = token_log_probs(logits, part.sampled.token_ids)
            for row, episode in enumerate(part.episodes.tolist()):
                found[episode] = log_probs[part.sampled.rows == row]
    return found


def test_every_episode_is_in_one_part_and_the_short_ones_come_first(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    parts = list(micro_batches(policy, episodes, max_tokens=40))
    assert sorted(torch.cat([part.episodes for part in parts]).tolist()) == list(range(6))
    widths = [part.token_ids.shape[1] for part in parts]
    assert widths == sorted(widths)
    assert all(part.token_ids.numel() <= 40 or len(part.episodes) == 1 for part in parts)


def test_what_was_sampled_is_found_again_with_its_log_probs(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    found = log_probs_by_episode(policy, episodes, max_tokens=10_000)
    for index, episode in enumerate(episodes):
        at_sampling = [p for turn in episode.turns for p in turn.completion.log_probs]
        torch.testing.assert_close(found[index], torch.tensor(at_sampling), atol=1e-5, rtol=0)


def test_padding_does_not_change_log_probs(policy: LanguageModel, episodes: list[Episode]) -> None:
    alone = log_probs_by_episode(policy, episodes, max_tokens=1)
    together = log_probs_by_episode(policy, episodes, max_tokens=10_000)
    for index in alone:
        torch.testing.assert_close(together[index], alone[index], atol=1e-5, rtol=0)


def test_log_probs_are_those_at_the_temperature_that_was_sampled_at(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    [part] = micro_batches(policy, episodes, max_tokens=10_000)
    hot = sampled_logits(policy.model, part, temperature=2.0)
    torch.testing.assert_close(hot, sampled_logits(policy.model, part, temperature=1.0) / 2)


def logit_gradients(
    algorithm: Score, episodes: list[Episode], monkeypatch: pytest.MonkeyPatch
) -> tuple[Tensor, Tensor]:
    """Update once; return the gradients that reached the logits of each attempt."""
    caught: list[tuple[Tensor, Tensor]] = []

    def watched(model: Any, batch: TokenBatch, temperature: float) -> Tensor:
        logits = sampled_logits(model, batch, temperature)
        if logits.requires_grad:
            turns = batch.sampled.turns
            logits.register_hook(  # type: ignore[no-untyped-call]  # torch gives no types
                lambda gradient: caught.append((turns, gradient))
            )
        return logits

    monkeypatch.setattr(policy_gradient, "sampled_logits", watched)
    algorithm.update(episodes)
    turns = torch.cat([each for each, _ in caught])
    gradients = torch.cat([each for _, each in caught])
    return gradients[turns == 0], gradients[turns == 1]


@pytest.mark.parametrize("beta2", [0.0, 0.5])
def test_in_stage_one_the_first_attempt_feels_the_kl_and_nothing_else(
    policy: LanguageModel, make_env: Any, monkeypatch: pytest.MonkeyPatch, beta2: float
) -> None:
    config = ScoreConfig(
        problems_per_update=4,
        samples_per_problem=4,
        max_new_tokens=3,
        stage_one_share=1.0,
        beta1=0.0,
        beta2=beta2,
    )
    algorithm = Score(policy, make_env(16), config, seed=1)
    with torch.no_grad():  # away from the reference, so that there is a KL to feel
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
