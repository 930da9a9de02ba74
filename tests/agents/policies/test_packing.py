"""Packed sequences give the outputs and gradients of padded rows."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.models import make_gpt2, make_llama, make_mistral, make_qwen2, make_qwen3
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.forward import forward_at_positions
from rethink_gym.agents.policies.packing import can_pack, forward_packed, pack

PREFIXES = [[5, 6, 7, 8, 9, 10, 11, 12], [5, 6, 7, 13], [14, 15]]
SUFFIXES = [
    (0, [20]),
    (0, [21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40]),
    (1, [41, 42]),
    (0, [21, 22, 23]),
    (2, [43, 44, 45, 46]),  # alone with its prefix
    (1, [42, 41, 40]),
    (1, [20]),
]


def make_batch() -> tuple[Tensor, Tensor, Tensor]:
    """Return rows with shared prefixes, and the positions that predict their suffixes."""
    rows = [PREFIXES[prefix] + suffix for prefix, suffix in SUFFIXES]
    token_ids = torch.zeros((len(rows), 30), dtype=torch.long)
    positions = []
    for number, (row, (prefix, _)) in enumerate(zip(rows, SUFFIXES, strict=True)):
        token_ids[number, : len(row)] = torch.tensor(row)
        positions += [(number, c) for c in range(len(PREFIXES[prefix]) - 1, len(row) - 1)]
    wanted = torch.tensor(positions)
    return token_ids, wanted[:, 0], wanted[:, 1]


def double(model: PreTrainedModel) -> PreTrainedModel:
    """Convert to double precision, except what transformers computes in single precision."""
    return torch.nn.Module.double(model)


@pytest.mark.parametrize("make", [make_llama, make_qwen2, make_qwen3, make_mistral])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_a_packed_batch_gives_the_logits_and_gradients_of_padded_rows(
    make: Callable[..., PreTrainedModel], attention: str
) -> None:
    model = double(make(50, attn_implementation=attention))
    token_ids, rows, columns = make_batch()
    assert can_pack(model)
    weights = torch.randn(len(rows), 50, dtype=torch.float64)
    results = []
    for is_packed in (True, False):
        model.zero_grad()
        if is_packed:
            packed = pack(token_ids, rows, columns)
            logits = forward_packed(model, packed)[0, packed.indices]
        else:
            logits = model(input_ids=token_ids).logits[rows, columns]
        (logits * weights).sum().backward()  # type: ignore[no-untyped-call]
        gradients = {name: weight.grad for name, weight in model.named_parameters()}
        results.append({"logits": logits.detach(), **gradients})
    assert model.config._attn_implementation == attention
    for name, expected in results[1].items():
        actual = results[0][name]
        assert actual is not None
        assert expected is not None
        error = (actual - expected).abs().max()
        assert error <= 5e-6 * expected.abs().max(), name


def test_shared_prefixes_are_computed_once_and_unused_tokens_never() -> None:
    token_ids, rows, columns = make_batch()
    packed = pack(token_ids, rows, columns)
    # The last token of a suffix predicts no requested token.
    num_suffix_tokens = sum(len(suffix) - 1 for _, suffix in SUFFIXES)
    assert packed.token_ids.shape == (1, sum(map(len, PREFIXES)) + num_suffix_tokens)
    assert torch.equal(packed.token_ids[0, packed.indices], token_ids[rows, columns])
    assert torch.equal(packed.position_ids[0, packed.indices], columns)
    changed = token_ids.clone()
    changed[:, columns.max() + 1 :] = 49
    assert torch.equal(pack(changed, rows, columns).token_ids, packed.token_ids)


def test_rows_that_share_almost_nothing_are_not_split() -> None:
    token_ids = torch.arange(40).reshape(2, 20)
    token_ids[:, 0] = 3
    rows, columns = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 19, 0, 19])
    packed = pack(token_ids, rows, columns)
    assert packed.token_ids.shape == (1, 40)
    assert all(block.mask is None for block in packed.blocks)


def test_rows_that_are_equal_to_their_end_are_computed_once() -> None:
    model = double(make_llama(50))
    token_ids = torch.tensor([[4, 5, 6, 7], [4, 5, 6, 8], [9, 9, 9, 9]])
    rows, columns = torch.tensor([1, 0, 1]), torch.tensor([2, 2, 2])
    packed = pack(token_ids, rows, columns)
    assert packed.token_ids.tolist() == [[4, 5, 6]]
    expected = model(input_ids=token_ids).logits[rows, columns]
    torch.testing.assert_close(forward_packed(model, packed)[0, packed.indices], expected)


def num_tokens_computed(model: PreTrainedModel) -> int:
    """Return the number of tokens that the model computes for the batch."""
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
def test_only_models_with_plain_attention_are_packed(
    changes: dict[str, Any], is_packed: bool
) -> None:
    model = make_mistral(50, **changes)
    assert can_pack(model) is is_packed
    assert (num_tokens_computed(model) < make_batch()[0].numel()) is is_packed


def test_other_architectures_are_not_packed() -> None:
    assert not can_pack(make_gpt2(50))


def test_an_error_restores_the_attention_of_the_model() -> None:
    model = make_llama(50)
    packed = pack(*make_batch())
    packed.token_ids[0, 0] = 1000
    with pytest.raises(IndexError):
        forward_packed(model, packed)
    assert model.config._attn_implementation == "sdpa"
