"""The promise of reading rows together or bit by bit: the numbers of reading each alone."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
import torch
from tests.models import (
    make_gpt2,
    make_llama,
    make_mamba,
    make_mistral,
    make_qwen2,
    make_qwen3,
)
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.integrations.sb3.forward import Row, read_rows
from rethink_gym.integrations.sb3.prefix_cache import GrowingRows

VOCABULARY = 40
MAKERS = [make_llama, make_qwen2, make_qwen3, make_mistral, make_gpt2, make_mamba]
each_model = pytest.mark.parametrize("make", MAKERS)
Make = Callable[[int], PreTrainedModel]


def row_of(token_ids: list[int]) -> Row:
    return np.array(token_ids, dtype=np.int64)


def alone(model: PreTrainedModel, rows: list[Row]) -> tuple[Tensor, Tensor]:
    """Read one row at a time, by the model as it is; Mamba's hidden states are not compared."""
    logits, hidden = [], []
    for row in rows:
        output = model(input_ids=torch.tensor(row)[None], use_cache=False)
        logits.append(output.logits[0, -1])
        body = model.base_model(input_ids=torch.tensor(row)[None], use_cache=False)
        hidden.append(body.last_hidden_state[0, -1])
    return torch.stack(logits), torch.stack(hidden)


def assert_read(found: tuple[Tensor, Tensor], model: PreTrainedModel, rows: list[Row]) -> None:
    for ours, theirs in zip(found, alone(model, rows), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@each_model
def test_rows_read_together_are_as_if_read_alone(make: Make) -> None:
    model = make(VOCABULARY)
    chance = Random(0)
    wholes = [[chance.randrange(VOCABULARY) for _ in range(chance.randint(2, 30))] for _ in "abc"]
    rows = [row_of(whole[: chance.randint(1, len(whole))]) for whole in wholes * 5]
    assert_read(read_rows(model, rows), model, rows)


def test_a_row_that_begins_another_one_is_not_read_again() -> None:
    model = make_llama(VOCABULARY)
    read: list[tuple[int, ...]] = []
    model.get_input_embeddings().register_forward_pre_hook(
        lambda _, inputs: read.append(tuple(inputs[0].shape))
    )
    whole = row_of(list(range(20)))
    read_rows(model, [whole[:length] for length in (3, 20, 7, 1, 20)])
    assert read == [(1, 20)]


def test_gradients_are_those_of_rows_read_alone() -> None:
    model = make_llama(VOCABULARY)
    rows = [row_of([1, 2, 3, 4]), row_of([1, 2]), row_of([5])]
    gradients = []
    for read in (read_rows, alone):
        model.zero_grad()
        logits, hidden = read(model, rows)
        (logits.log_softmax(-1)[:, 7].sum() + hidden.square().sum()).backward()  # type: ignore[no-untyped-call]
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@each_model
def test_growing_rows_are_read_as_if_anew(make: Make) -> None:
    model = make(VOCABULARY)
    chance = Random(1)
    growing = GrowingRows(model)
    texts = [[chance.randrange(VOCABULARY)] for _ in range(5)]
    for step in range(30):
        for place, text in enumerate(texts):
            # A token as a rule; a message of the environment; another episode.
            kind = chance.random()
            if step > 3 and kind < 0.1:
                texts[place] = [chance.randrange(VOCABULARY) for _ in range(chance.randint(1, 9))]
            else:
                num_new = 4 if step > 3 and kind < 0.2 else 1
                text += [chance.randrange(VOCABULARY) for _ in range(num_new)]
        rows = list(map(row_of, texts))
        with torch.no_grad():
            assert_read(growing.read(rows), model, rows)


def test_one_more_token_costs_one_token() -> None:
    model = make_llama(VOCABULARY)
    growing = GrowingRows(model)
    num_read: list[int] = []
    model.get_input_embeddings().register_forward_pre_hook(
        lambda _, inputs: num_read.append(inputs[0].numel())
    )
    for length in range(10, 15):
        growing.read([row_of(list(range(length))), row_of([9] * length)])
    assert num_read == [20, 2, 2, 2, 2]


def test_nothing_is_kept_of_other_weights_or_of_another_batch() -> None:
    model = make_llama(VOCABULARY)
    growing = GrowingRows(model)
    rows = [row_of([1, 2, 3]), row_of([4, 5])]
    growing.read(rows)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
        longer = [row_of([1, 2, 3, 4]), row_of([4, 5, 6])]
        assert_read(growing.read(longer), model, longer)
        fewer = [row_of([4, 5, 6, 7])]
        assert_read(growing.read(fewer), model, fewer)
        assert_read(growing.read(fewer), model, fewer)
