"""Rows that grow from step to step are computed from the cache, and never from a stale one."""

from random import Random

import torch
from tests.integrations.sb3.rows import VOCABULARY, Make, assert_as_alone, each_model, row_of
from tests.models import make_llama

from rethink_gym.integrations.sb3.prefix_cache import RowPrefixCache


@each_model
def test_growing_rows_have_the_outputs_of_rows_alone(make: Make) -> None:
    model = make(VOCABULARY)
    random = Random(1)
    cache = RowPrefixCache(model)
    texts = [[random.randrange(VOCABULARY)] for _ in range(5)]
    for step in range(30):
        for index, text in enumerate(texts):
            # Usually one token; sometimes a message of the environment, or a new episode.
            kind = random.random()
            if step > 3 and kind < 0.1:
                texts[index] = [random.randrange(VOCABULARY) for _ in range(random.randint(1, 9))]
            else:
                num_new = 4 if step > 3 and kind < 0.2 else 1
                text += [random.randrange(VOCABULARY) for _ in range(num_new)]
        rows = list(map(row_of, texts))
        with torch.no_grad():
            assert_as_alone(cache.forward(rows), model, rows)


def test_one_more_token_costs_one_token() -> None:
    model = make_llama(VOCABULARY)
    cache = RowPrefixCache(model)
    num_computed: list[int] = []
    model.get_input_embeddings().register_forward_pre_hook(
        lambda _, inputs: num_computed.append(inputs[0].numel())
    )
    for length in range(10, 15):
        cache.forward([row_of(list(range(length))), row_of([9] * length)])
    assert num_computed == [20, 2, 2, 2, 2]


def test_rows_of_other_weights_or_of_another_batch_are_not_used() -> None:
    model = make_llama(VOCABULARY)
    cache = RowPrefixCache(model)
    rows = [row_of([1, 2, 3]), row_of([4, 5])]
    cache.forward(rows)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
        longer = [row_of([1, 2, 3, 4]), row_of([4, 5, 6])]
        assert_as_alone(cache.forward(longer), model, longer)
        fewer = [row_of([4, 5, 6, 7])]
        assert_as_alone(cache.forward(fewer), model, fewer)
        assert_as_alone(cache.forward(fewer), model, fewer)
