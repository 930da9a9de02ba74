"""Forward passes over many rows give the outputs of each row alone, at less cost."""

from random import Random

import torch
from tests.integrations.sb3.rows import (
    VOCABULARY,
    Make,
    assert_as_alone,
    each_model,
    forward_alone,
    row_of,
)
from tests.models import make_llama

from rethink_gym.integrations.sb3.forward import forward_rows


@each_model
def test_rows_computed_together_have_the_outputs_of_rows_alone(make: Make) -> None:
    model = make(VOCABULARY)
    random = Random(0)
    wholes = [[random.randrange(VOCABULARY) for _ in range(random.randint(2, 30))] for _ in "abc"]
    rows = [row_of(whole[: random.randint(1, len(whole))]) for whole in wholes * 5]
    assert_as_alone(forward_rows(model, rows), model, rows)


def test_a_prefix_of_another_row_is_not_computed_again() -> None:
    model = make_llama(VOCABULARY)
    shapes: list[tuple[int, ...]] = []
    model.get_input_embeddings().register_forward_pre_hook(
        lambda _, inputs: shapes.append(tuple(inputs[0].shape))
    )
    whole = row_of(list(range(20)))
    forward_rows(model, [whole[:length] for length in (3, 20, 7, 1, 20)])
    assert shapes == [(1, 20)]


def test_gradients_are_those_of_rows_alone() -> None:
    model = make_llama(VOCABULARY)
    rows = [row_of([1, 2, 3, 4]), row_of([1, 2]), row_of([5])]
    gradients = []
    for forward in (forward_rows, forward_alone):
        model.zero_grad()
        logits, hidden = forward(model, rows)
        (logits.log_softmax(-1)[:, 7].sum() + hidden.square().sum()).backward()  # type: ignore[no-untyped-call]
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    for actual, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)
