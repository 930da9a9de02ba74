"""The prefix cache: known tokens are not computed again, and stale ones never used."""

from collections.abc import Callable

import pytest
import torch
from tests.decoding import (
    VOCABULARY,
    largest_error,
    make_config,
    make_prompts,
    next_turn,
    reference_tokens,
)
from tests.models import make_gpt2, make_llama, make_mamba
from torch import nn
from transformers import PreTrainedModel

from rethink_gym.agents.policies.generation import DecodingEngine, make_decoder
from rethink_gym.agents.policies.generation import engine as engine_module
from rethink_gym.agents.policies.generation.cache import Block, Decoder, KeyValueCache


@pytest.mark.parametrize("make", [make_llama, make_gpt2, make_mamba])
def test_the_next_turn_computes_only_new_tokens_and_generates_the_same(
    make: Callable[..., PreTrainedModel],
) -> None:
    model = make(VOCABULARY)
    engine = DecodingEngine(model)
    prompts = make_prompts(6, 10, 8, 10)
    sequences = engine.generate(prompts, make_config(temperature=1))
    assert engine.num_prefilled == 34
    longer = next_turn(prompts, sequences)
    continued = engine.generate(longer, make_config(temperature=1, seed=3))
    # The last token of a message was sampled and never computed.
    num_new = sum(3 + row % 4 + 1 for row in range(4))
    assert engine.num_prefilled == 34 + num_new
    afresh = DecodingEngine(model).generate(longer, make_config(temperature=1, seed=3))
    assert [m.token_ids for m in continued] == [m.token_ids for m in afresh]
    for one, other in zip(continued, afresh, strict=True):
        assert one.log_probs == pytest.approx(other.log_probs, abs=1e-5)


def test_some_rows_may_continue_beside_new_ones_in_any_order() -> None:
    model = make_llama(VOCABULARY)
    engine = DecodingEngine(model)
    prompts = make_prompts(6, 10, 8)
    sequences = engine.generate(prompts, make_config())
    longer = next_turn(prompts, sequences)
    fresh = make_prompts(20, 3, seed=5)
    # Two rows continue, one of them twice, beside two new ones.
    mixed = [fresh[0], longer[2], longer[0], fresh[1], longer[2] + (7, 8)]
    before = engine.num_prefilled
    sequences = engine.generate(mixed, make_config())
    assert engine.num_prefilled - before == 20 + 3 + (5 + 1) + (3 + 1) + (5 + 3)
    assert [m.token_ids for m in sequences] == [reference_tokens(model, p) for p in mixed]


def test_a_prompt_asked_again_gives_the_same_numbers_to_the_last_bit() -> None:
    engine = DecodingEngine(make_llama(VOCABULARY))
    prompts = make_prompts(12, 5)
    assert engine.generate(prompts, make_config()) == engine.generate(prompts, make_config())
    assert engine.num_prefilled == 2 * 17


@pytest.mark.parametrize("max_new_tokens", [1, 2, 3, 8])
def test_the_same_prompt_twice_works_for_every_length_and_after_a_first_turn(
    max_new_tokens: int,
) -> None:
    model = make_llama(VOCABULARY)
    engine = DecodingEngine(model)
    prompts = make_prompts(6, 10, 1)
    config = make_config(limit=max_new_tokens)
    for _ in range(2):
        sequences = engine.generate(prompts, config)
        again = engine.generate(prompts, config)
        expected = [reference_tokens(model, prompt)[:max_new_tokens] for prompt in prompts]
        assert [m.token_ids for m in sequences] == expected
        assert [m.token_ids for m in again] == expected
        assert largest_error(model, prompts, again) < 1e-5
        # A prompt that ends with exactly the cached tokens, then the usual next turn.
        repeated = [p + m.token_ids[:-1] for p, m in zip(prompts, sequences, strict=True)]
        continued = engine.generate(repeated, config)
        assert [m.token_ids[0] for m in continued] == [m.token_ids[-1] for m in sequences]
        prompts = next_turn(prompts, sequences)


def test_a_prompt_shared_by_several_rows_is_computed_once() -> None:
    model = make_llama(VOCABULARY)
    engine = DecodingEngine(model)
    one, other = make_prompts(9, 6)
    prompts = [one, other, one, one]
    sequences = engine.generate(prompts, make_config(temperature=1))
    assert engine.num_prefilled == 15
    assert len({m.token_ids for m in sequences}) == 4, "each row samples by itself"
    assert largest_error(model, prompts, sequences) < 1e-5
    # In the next turn each row continues its own message.
    longer = next_turn(prompts, sequences)
    assert largest_error(model, longer, engine.generate(longer, make_config())) < 1e-5
    assert engine.num_prefilled == 15 + sum(3 + row % 4 + 1 for row in range(4))


def test_rows_beyond_the_limit_wait_and_all_of_them_are_cached() -> None:
    model = make_llama(VOCABULARY)
    engine = DecodingEngine(model, max_rows=3)
    prompts = make_prompts(4, 9, 5, 6, 7, 8, 3)
    for _ in range(2):
        before = engine.num_prefilled
        sequences = engine.generate(prompts, make_config())
        assert [m.token_ids for m in sequences] == [reference_tokens(model, p) for p in prompts]
        prompts = next_turn(prompts, sequences)
    assert engine.num_prefilled - before == sum(3 + row % 4 + 1 for row in range(7))


@pytest.mark.parametrize("how", ["optimizer step", "load_state_dict", "cast"])
def test_a_cache_of_other_weights_is_never_used(how: str) -> None:
    model = make_llama(VOCABULARY)
    engine = DecodingEngine(model)
    prompts = make_prompts(6, 9)
    prompts = next_turn(prompts, engine.generate(prompts, make_config()))
    if how == "optimizer step":
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
        model(torch.tensor([prompts[0]])).logits.square().mean().backward()
        optimizer.step()
    elif how == "load_state_dict":
        model.load_state_dict({k: v + 0.1 for k, v in model.state_dict().items()})
    else:
        nn.Module.to(model, torch.bfloat16)
        nn.Module.to(model, torch.float32)
    before = engine.num_prefilled
    sequences = engine.generate(prompts, make_config())
    assert engine.num_prefilled - before == sum(map(len, prompts))
    assert largest_error(model, prompts, sequences) < 1e-5


@pytest.mark.parametrize("why", ["forgotten", "over the memory limit"])
def test_the_cache_is_empty_if_forgotten_or_too_large(why: str) -> None:
    engine = DecodingEngine(
        make_llama(VOCABULARY), max_cache_bytes=2**30 if why == "forgotten" else 1000
    )
    prompts = make_prompts(6)
    sequences = engine.generate(prompts, make_config())
    if why == "forgotten":
        engine.forget()
    engine.generate(next_turn(prompts, sequences), make_config())
    assert engine.num_prefilled == 6 + 6 + len(sequences[0].token_ids) + 3


@pytest.mark.parametrize("max_rows", [1, 2, 3, 5, 8])
def test_the_tokens_of_a_row_do_not_depend_on_how_many_are_decoded_side_by_side(
    max_rows: int,
) -> None:
    model = make_llama(VOCABULARY)
    whole, few = DecodingEngine(model), DecodingEngine(model, max_rows=max_rows)
    prompts = make_prompts(4, 9, 5, 30, 7, 8, 3, 12, 6, 2)
    for turn in range(2):
        sequences = whole.generate(prompts, make_config(temperature=1, seed=turn, limit=9))
        refilled = few.generate(prompts, make_config(temperature=1, seed=turn, limit=9))
        assert [m.token_ids for m in refilled] == [m.token_ids for m in sequences]
        assert [m.stop for m in refilled] == [m.stop for m in sequences]
        assert largest_error(model, prompts, refilled) < 1e-5
        prompts = next_turn(prompts, sequences)
    # The second turn reuses the cache of the first one, in any rows that it was decoded in.
    assert few.num_prefilled == whole.num_prefilled


def test_the_generator_is_used_as_often_however_many_rows_there_are() -> None:
    states = []
    for max_rows in (2, 50):
        drawing = make_config(temperature=1)
        prompts = make_prompts(4, 9, 5, 6, 7, 8)
        DecodingEngine(make_llama(VOCABULARY), max_rows=max_rows).generate(prompts, drawing)
        states.append(drawing.random.get_state())
    assert torch.equal(states[0], states[1])


class Counting:
    """A decoder that records the number of its rows."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.num_rows: list[int] = []

    def decode(self, block: Block, cache: KeyValueCache) -> torch.Tensor:
        if block.token_ids.shape[1] == 1 and block.is_new is None:
            self.num_rows.append(cache.num_active)
        return self._decoder.decode(block, cache)


def test_finished_rows_are_refilled_soon_and_never_beyond_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = make_llama(VOCABULARY)
    counting = Counting(make_decoder(model))
    monkeypatch.setattr(engine_module, "make_decoder", lambda _: counting)
    prompts = make_prompts(*[5] * 40)
    sequences = DecodingEngine(model, max_rows=8).generate(
        prompts, make_config(temperature=1, end_ids=range(12), limit=60)
    )
    assert 4 < max(counting.num_rows) <= 8
    in_turns = sum(max(len(m.token_ids) for m in sequences[i : i + 8]) for i in range(0, 40, 8))
    assert len(counting.num_rows) < 0.9 * in_turns
