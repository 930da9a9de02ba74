from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.models import make_gpt2, make_llama, make_mistral, make_qwen2, make_qwen3
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.forward import forward_at_positions
from rethink_gym.agents.policies.packing import can_pack, lay_out, read_line

OPENINGS = [[5, 6, 7, 8, 9, 10, 11, 12], [5, 6, 7, 13], [14, 15]]
TAILS = [
    (0, [20]),
    (0, [21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40]),
    (1, [41, 42]),
    (0, [21, 22, 23]),
    (2, [43, 44, 45, 46]),  # alone with its opening
    (1, [42, 41, 40]),
    (1, [20]),
]


def make_batch() -> tuple[Tensor, Tensor, Tensor]:
    """Return rows with openings in common, and where their tails are predicted."""
    rows = [OPENINGS[opening] + tail for opening, tail in TAILS]
    token_ids = torch.zeros((len(rows), 30), dtype=torch.long)
    places = []
    for number, (row, (opening, _)) in enumerate(zip(rows, TAILS, strict=True)):
        token_ids[number, : len(row)] = torch.tensor(row)
        places += [(number, at) for at in range(len(OPENINGS[opening]) - 1, len(row) - 1)]
    where = torch.tensor(places)
    return token_ids, where[:, 0], where[:, 1]


def double(model: PreTrainedModel) -> PreTrainedModel:
    """Compute in double precision what transformers does not compute in single precision."""
    return torch.nn.Module.double(model)


@pytest.mark.parametrize("make", [make_llama, make_qwen2, make_qwen3, make_mistral])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_a_line_gives_the_logits_and_gradients_of_padded_rows(
    make: Callable[..., PreTrainedModel], attention: str
) -> None:
    model = double(make(50, attn_implementation=attention))
    token_ids, rows, columns = make_batch()
    assert can_pack(model)
    weights = torch.randn(len(rows), 50, dtype=torch.float64)
    results = []
    for packed in (True, False):
        model.zero_grad()
        if packed:
            line = lay_out(token_ids, rows, columns)
            logits = read_line(model, line)[0, line.places]
        else:
            logits = model(input_ids=token_ids).logits[rows, columns]
        (logits * weights).sum().backward()  # type: ignore[no-untyped-call]
        gradients = {name: weight.grad for name, weight in model.named_parameters()}
        results.append({"logits": logits.detach(), **gradients})
    assert model.config._attn_implementation == attention
    for name, wanted in results[1].items():
        found = results[0][name]
        assert found is not None
        assert wanted is not None
        error = (found - wanted).abs().max()
        assert error <= 5e-6 * wanted.abs().max(), name


def test_what_rows_begin_with_is_read_once_and_what_nobody_asks_for_never() -> None:
    token_ids, rows, columns = make_batch()
    line = lay_out(token_ids, rows, columns)
    # The last token of a tail predicts nothing that is asked for.
    num_tails = sum(len(tail) - 1 for _, tail in TAILS)
    assert line.token_ids.shape == (1, sum(map(len, OPENINGS)) + num_tails)
    assert torch.equal(line.token_ids[0, line.places], token_ids[rows, columns])
    assert torch.equal(line.position_ids[0, line.places], columns)
    changed = token_ids.clone()
    changed[:, columns.max() + 1 :] = 49
    assert torch.equal(lay_out(changed, rows, columns).token_ids, line.token_ids)


def test_rows_that_share_next_to_nothing_are_read_one_by_one() -> None:
    token_ids = torch.arange(40).reshape(2, 20)
    token_ids[:, 0] = 3
    rows, columns = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 19, 0, 19])
    line = lay_out(token_ids, rows, columns)
    assert line.token_ids.shape == (1, 40)
    assert all(block.is_seen is None for block in line.blocks)


def test_rows_that_are_equal_to_the_end_are_read_once() -> None:
    model = double(make_llama(50))
    token_ids = torch.tensor([[4, 5, 6, 7], [4, 5, 6, 8], [9, 9, 9, 9]])
    rows, columns = torch.tensor([1, 0, 1]), torch.tensor([2, 2, 2])
    line = lay_out(token_ids, rows, columns)
    assert line.token_ids.tolist() == [[4, 5, 6]]
    wanted = model(input_ids=token_ids).logits[rows, columns]
    torch.testing.assert_close(read_line(model, line)[0, line.places], wanted)


def fewest_tokens_read(model: PreTrainedModel) -> int:
    """Return how many tokens the model is given for the batch."""
    seen = []
    model.model.embed_tokens.register_forward_hook(
        lambda _, inputs, output: seen.append(inputs[0].numel())
    )
    token_ids, rows, columns = make_batch()
    forward_at_positions(model, token_ids, rows, columns + 1)
    return int(seen[0])


@pytest.mark.parametrize(
    ("changes", "is_packed"),
    [
        ({}, True),
        ({"sliding_window": 4}, False),
        ({"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}}, False),
    ],
)
def test_only_models_of_plain_attention_read_lines(
    changes: dict[str, Any], is_packed: bool
) -> None:
    model = make_mistral(50, **changes)
    assert can_pack(model) is is_packed
    assert (fewest_tokens_read(model) < make_batch()[0].numel()) is is_packed


def test_no_other_architecture_reads_lines() -> None:
    assert not can_pack(make_gpt2(50))


def test_an_error_leaves_the_attention_of_the_model_as_it_was() -> None:
    model = make_llama(50)
    line = lay_out(*make_batch())
    line.token_ids[0, 0] = 1000
    with pytest.raises(IndexError):
        read_line(model, line)
    assert model.config._attn_implementation == "sdpa"
