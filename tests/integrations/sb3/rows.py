"""Rows of tokens, and the forward pass of each row alone as the reference."""

from collections.abc import Callable

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

from rethink_gym.integrations.sb3.forward import Row

VOCABULARY = 40
Make = Callable[[int], PreTrainedModel]
each_model = pytest.mark.parametrize(
    "make", [make_llama, make_qwen2, make_qwen3, make_mistral, make_gpt2, make_mamba]
)


def row_of(token_ids: list[int]) -> Row:
    return np.array(token_ids, dtype=np.int64)


def forward_alone(model: PreTrainedModel, rows: list[Row]) -> tuple[Tensor, Tensor]:
    """Compute logits and hidden states after each row, one row at a time."""
    logits, hidden = [], []
    for row in rows:
        output = model(input_ids=torch.tensor(row)[None], use_cache=False)
        logits.append(output.logits[0, -1])
        body = model.base_model(input_ids=torch.tensor(row)[None], use_cache=False)
        hidden.append(body.last_hidden_state[0, -1])
    return torch.stack(logits), torch.stack(hidden)


def assert_as_alone(
    outputs: tuple[Tensor, Tensor], model: PreTrainedModel, rows: list[Row]
) -> None:
    for actual, expected in zip(outputs, forward_alone(model, rows), strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)
