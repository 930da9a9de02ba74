from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.models import letters_of, make_gpt2, make_mamba, make_qwen3, make_tokenizer
from torch import Tensor

from rethink_gym.agents.algorithms.reinforce import REINFORCE
from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
from rethink_gym.agents.batching.batch import (
    Batch,
    Part,
    micro_batches,
    sampled_turns,
    turn_rewards,
)
from rethink_gym.agents.batching.lengths import length_groups
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
    found: dict[int, Tensor] = {}
    with torch.no_grad():
        for part in micro_batches(policy, episodes, max_tokens):
            logits = part.outputs(policy, 1.0)[0]
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


def test_episodes_with_one_opening_are_put_together_and_it_counts_once(
    policy: LanguageModel, make_env: Any
) -> None:
    policy.seed(0)
    mixed = play_episodes(policy, make_env(6), [0, 1, 0, 1, 0, 1])
    sizes = []
    for own in (mixed[0::2], mixed[1::2]):
        rows = [policy.tokenize(episode.conversation) for episode in own]
        opening = rows[0].turn_ids.index(0)
        sizes.append(opening + sum(len(row.token_ids) - opening for row in rows))
    parts = [part.episodes.tolist() for part in micro_batches(policy, mixed, max(sizes))]
    assert sorted(map(sorted, parts)) == [[0, 2, 4], [1, 3, 5]]
    assert len(list(micro_batches(policy, mixed, min(sizes) - 1))) > 2


def test_models_that_read_padded_rows_get_parts_of_like_lengths(make_env: Any) -> None:
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
    hot = part.outputs(policy, 2.0)[0]
    torch.testing.assert_close(hot, part.outputs(policy, 1.0)[0] / 2)


def logit_gradients(
    algorithm: SCoRe, episodes: list[Episode], monkeypatch: pytest.MonkeyPatch
) -> tuple[Tensor, Tensor]:
    """Update once; return the gradients that reached the logits of each attempt."""
    caught: list[tuple[Tensor, Tensor]] = []
    policy_losses = algorithm.policy_losses

    def watched(part: Part, batch: Batch, advantages: Tensor) -> Tensor:
        turns = part.turns
        part.logits.register_hook(  # type: ignore[no-untyped-call]  # torch gives no types
            lambda gradient: caught.append((turns, gradient))
        )
        return policy_losses(part, batch, advantages)

    monkeypatch.setattr(algorithm, "policy_losses", watched)
    algorithm.update(episodes)
    turns = torch.cat([each for each, _ in caught])
    gradients = torch.cat([each for _, each in caught])
    return gradients[turns == 0], gradients[turns == 1]


@pytest.mark.parametrize("beta2", [0.0, 0.5])
def test_in_stage_one_the_first_attempt_feels_the_kl_and_nothing_else(
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


def test_only_what_was_sampled_is_learned_the_end_included_and_nothing_behind(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    turns = sampled_turns(policy, episodes)
    for row, episode in enumerate(episodes):
        said = [len(turn.completion.token_ids) for turn in episode.turns]
        assert turns[row].tolist()[: sum(said)] == [0] * said[0] + [1] * said[1]
        assert turns[row, sum(said) :].eq(-1).all()
    for part in micro_batches(policy, episodes, max_tokens=60):
        for row, index in enumerate(part.episodes.tolist()):
            learned = part.sampled.token_ids[part.sampled.rows == row].tolist()
            said_tokens = [t for turn in episodes[index].turns for t in turn.completion.token_ids]
            assert learned == said_tokens


@pytest.mark.parametrize("pad_is_end", [False, True], ids=["pad is not end", "pad is end"])
def test_tokens_that_no_encoding_gives_and_ends_that_also_pad_are_learned(
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
    said = [[t for turn in each.turns for t in turn.completion.token_ids] for each in episodes]
    texts = [[turn.completion.text for turn in each.turns] for each in episodes]
    encoded = [[t for text in each for t in tokenizer(text)["input_ids"]] for each in texts]
    assert all(one != other for one, other in zip(said, encoded, strict=True))
    [part] = micro_batches(policy, episodes, 10_000)
    widths = [len(policy.tokenize(each.conversation).token_ids) for each in episodes]
    assert min(widths) < part.token_ids.shape[1], "some row is padded"
    for row, index in enumerate(part.episodes.tolist()):
        learned = part.sampled.token_ids[part.sampled.rows == row].tolist()
        assert learned == said[index]
    assert sampled_turns(policy, episodes)[4].tolist()[: len(letters)] == [0] * len(letters)


def test_logits_are_computed_where_tokens_were_sampled_and_nowhere_else(
    policy: LanguageModel, episodes: list[Episode]
) -> None:
    [part] = micro_batches(policy, episodes, max_tokens=10_000)
    widths = []
    policy.model.get_output_embeddings().register_forward_hook(  # type: ignore[no-untyped-call]
        lambda _, inputs, output: widths.append(tuple(output.shape[:2]))
    )
    sampled = part.sampled
    logits, hidden = policy.forward_at_positions(part.token_ids, sampled.rows, sampled.columns)
    assert widths == [(1, len(sampled.rows))]
    assert len(sampled.rows) < part.token_ids.numel() / 3
    whole = policy.model(input_ids=part.token_ids).logits
    torch.testing.assert_close(logits, whole[sampled.rows, sampled.columns - 1])
    assert hidden.shape == (len(sampled.rows), 32)


@pytest.mark.parametrize("make", [make_gpt2, make_mamba, make_qwen3])
def test_positions_are_picked_in_other_architectures_too(make: Any) -> None:
    tokenizer = make_tokenizer()
    policy = LanguageModel(make(len(tokenizer)), tokenizer)
    token_ids = torch.randint(0, 50, (2, 9), generator=torch.Generator().manual_seed(0))
    rows, columns = torch.tensor([0, 1, 1]), torch.tensor([9, 1, 4])
    logits, _ = policy.forward_at_positions(token_ids, rows, columns)
    whole = policy.model(input_ids=token_ids).logits[rows, columns - 1]
    torch.testing.assert_close(logits, whole)


def test_dropout_is_off_while_training_as_it_is_while_sampling() -> None:
    tokenizer = make_tokenizer()
    model = make_gpt2(len(tokenizer), attn_pdrop=0.5, embd_pdrop=0.5, resid_pdrop=0.5).train()
    policy = LanguageModel(model, tokenizer)
    position = torch.tensor([0]), torch.tensor([4])
    token_ids = torch.tensor([[4, 5, 6, 7]])
    first, _ = policy.forward_at_positions(token_ids, *position)
    again, _ = policy.forward_at_positions(token_ids, *position)
    assert torch.equal(first, again)
    assert model.training


def test_values_of_tokens_are_summed_over_turns_and_turns_given_to_tokens(
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
    said = Completion("7", (1, 2), (0.0, 0.0))
    turn = Turn("?", said, 0.5, False, False)
    rewards, has_turn = turn_rewards([Episode("a", (turn,)), Episode("b", (turn, turn, turn))])
    assert rewards.tolist() == [[0.5, 0.0, 0.0], [0.5, 0.5, 0.5]]
    assert has_turn.tolist() == [[True, False, False], [True, True, True]]


def test_parts_hold_similar_lengths_within_their_bound() -> None:
    lengths = dict(enumerate([5, 1, 9, 2, 2]))
    assert list(length_groups(lengths, 6)) == [[1, 3, 4], [0], [2]]
    assert list(length_groups({}, 6)) == []
