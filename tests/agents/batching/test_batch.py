"""Episodes as tensors: micro-batches, sampled tokens, turns and rewards."""

from typing import Any

import pytest
import torch
from tests.models import letters_of, make_gpt2, make_qwen3, make_tokenizer
from torch import Tensor

from rethink_gym.agents.algorithms.reinforce import REINFORCE
from rethink_gym.agents.batching.batch import (
    micro_batches,
    sampled_turns,
    turn_rewards,
)
from rethink_gym.agents.objectives.losses import token_log_probs
from rethink_gym.agents.policies.adapters import FixedSamplingPolicy
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import make_text_env, play_episodes
from rethink_gym.conversation import Completion
from rethink_gym.episode import Episode, Turn


@pytest.fixture
def episodes(policy: LanguageModel, make_env: Any) -> list[Episode]:
    policy.seed(0)
    short = FixedSamplingPolicy(policy, SamplingConfig(max_new_tokens=3))
    return play_episodes(short, make_env(6), range(6))


def log_probs_by_episode(
    policy: LanguageModel, episodes: list[Episode], max_tokens: int
) -> dict[int, Tensor]:
    log_probs_of: dict[int, Tensor] = {}
    with torch.no_grad():
        for part in micro_batches(policy, episodes, max_tokens):
            logits = part.outputs(policy, 1.0)[0]
            log_probs = token_log_probs(logits, part.sampled.token_ids)
            for row, episode in enumerate(part.episodes.tolist()):
                log_probs_of[episode] = log_probs[part.sampled.rows == row]
    return log_probs_of


def test_every_episode_is_in_one_micro_batch_and_short_ones_come_first(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    parts = list(micro_batches(policy, episodes, max_tokens=40))
    assert sorted(torch.cat([part.episodes for part in parts]).tolist()) == list(range(6))
    widths = [part.token_ids.shape[1] for part in parts]
    assert widths == sorted(widths)
    assert all(part.token_ids.numel() <= 40 or len(part.episodes) == 1 for part in parts)


def test_episodes_with_a_shared_prefix_are_grouped_and_the_prefix_counts_once(
    policy: LanguageModel, make_env: Any
) -> None:
    policy.seed(0)
    mixed = play_episodes(policy, make_env(6), [0, 1, 0, 1, 0, 1])
    sizes = []
    for own in (mixed[0::2], mixed[1::2]):
        rows = [policy.tokenize(episode.conversation) for episode in own]
        prefix = rows[0].turn_ids.index(0)
        sizes.append(prefix + sum(len(row.token_ids) - prefix for row in rows))
    parts = [part.episodes.tolist() for part in micro_batches(policy, mixed, max(sizes))]
    assert sorted(map(sorted, parts)) == [[0, 2, 4], [1, 3, 5]]
    assert len(list(micro_batches(policy, mixed, min(sizes) - 1))) > 2


def test_padded_micro_batches_group_similar_lengths(make_env: Any) -> None:
    tokenizer = make_tokenizer()
    policy = LanguageModel(
        make_gpt2(len(tokenizer)), tokenizer, SamplingConfig(max_new_tokens=8), seed=0
    )
    mixed = play_episodes(policy, make_env(6), [0, 1, 2, 0, 1, 2])
    lengths = [len(policy.tokenize(episode.conversation).token_ids) for episode in mixed]
    parts = list(micro_batches(policy, mixed, 2 * max(lengths)))
    order = [lengths[index] for part in parts for index in part.episodes.tolist()]
    assert order == sorted(lengths)
    assert all(part.token_ids.numel() <= 2 * max(lengths) for part in parts)


def test_sampled_tokens_are_found_with_their_log_probs(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    log_probs = log_probs_by_episode(policy, episodes, max_tokens=10_000)
    for index, episode in enumerate(episodes):
        at_sampling = [p for turn in episode.turns for p in turn.completion.log_probs]
        torch.testing.assert_close(log_probs[index], torch.tensor(at_sampling), atol=1e-5, rtol=0)


def test_padding_does_not_change_log_probs(policy: LanguageModel, episodes: list[Episode]) -> None:
    alone = log_probs_by_episode(policy, episodes, max_tokens=1)
    together = log_probs_by_episode(policy, episodes, max_tokens=10_000)
    for index in alone:
        torch.testing.assert_close(together[index], alone[index], atol=1e-5, rtol=0)


def test_logits_are_divided_by_the_sampling_temperature(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    [part] = micro_batches(policy, episodes, max_tokens=10_000)
    hot = part.outputs(policy, 2.0)[0]
    torch.testing.assert_close(hot, part.outputs(policy, 1.0)[0] / 2)


def test_the_loss_covers_sampled_tokens_with_the_end_token_and_nothing_after(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    turns = sampled_turns(policy, episodes)
    for row, episode in enumerate(episodes):
        lengths = [len(turn.completion.token_ids) for turn in episode.turns]
        assert turns[row].tolist()[: sum(lengths)] == [0] * lengths[0] + [1] * lengths[1]
        assert turns[row, sum(lengths) :].eq(-1).all()
    for part in micro_batches(policy, episodes, max_tokens=60):
        for row, index in enumerate(part.episodes.tolist()):
            trained = part.sampled.token_ids[part.sampled.rows == row].tolist()
            sampled_tokens = [
                t for turn in episodes[index].turns for t in turn.completion.token_ids
            ]
            assert trained == sampled_tokens


@pytest.mark.parametrize("pad_is_end", [False, True], ids=["pad is not end", "pad is end"])
def test_tokens_outside_the_canonical_encoding_and_end_tokens_that_also_pad_are_trained(
    pad_is_end: bool, make_env: Any
) -> None:
    tokenizer = make_tokenizer(pad_is_end=pad_is_end)
    policy = LanguageModel(make_qwen3(len(tokenizer)), tokenizer, SamplingConfig(max_new_tokens=6))
    sampled = play_episodes(policy, make_env(4), range(4))
    end = tokenizer.eos_token_id
    letters = (*letters_of(tokenizer, "answer"), end)
    answer = Completion("answer", letters, (-1.0,) * len(letters))
    short = Turn("Compute 1.", answer, 1.0, True, False)
    episodes = [*sampled, Episode("p", (short,))]
    sampled_ids = [
        [t for turn in each.turns for t in turn.completion.token_ids] for each in episodes
    ]
    texts = [[turn.completion.text for turn in each.turns] for each in episodes]
    encoded = [[t for text in each for t in tokenizer(text)["input_ids"]] for each in texts]
    assert all(one != other for one, other in zip(sampled_ids, encoded, strict=True))
    [part] = micro_batches(policy, episodes, 10_000)
    widths = [len(policy.tokenize(each.conversation).token_ids) for each in episodes]
    assert min(widths) < part.token_ids.shape[1], "some row is padded"
    for row, index in enumerate(part.episodes.tolist()):
        trained = part.sampled.token_ids[part.sampled.rows == row].tolist()
        assert trained == sampled_ids[index]
    assert sampled_turns(policy, episodes)[4].tolist()[: len(letters)] == [0] * len(letters)


def test_token_values_are_summed_per_turn_and_turn_values_repeated_per_token(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    batch = REINFORCE(policy, make_text_env("MathSelfCorrect-v0", 2)).read(episodes)
    lengths = batch.per_turn(batch.is_action.float())
    for row, episode in enumerate(episodes):
        own = [len(turn.completion.token_ids) for turn in episode.turns]
        assert lengths[row].tolist() == own
        spread = batch.per_token(lengths)[row][batch.is_action[row]]
        assert spread.tolist() == [float(n) for n in own for _ in range(n)]


def test_missing_turns_have_no_reward_and_are_marked() -> None:
    completion = Completion("7", (1, 2), (0.0, 0.0))
    turn = Turn("?", completion, 0.5, False, False)
    rewards, has_turn = turn_rewards([Episode("a", (turn,)), Episode("b", (turn, turn, turn))])
    assert rewards.tolist() == [[0.5, 0.0, 0.0], [0.5, 0.5, 0.5]]
    assert has_turn.tolist() == [[True, False, False], [True, True, True]]
