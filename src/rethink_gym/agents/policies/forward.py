"""One forward pass of a causal language model, read at chosen positions only.

A language model turns every hidden state into a row as wide as its vocabulary. Prompts
have no use for theirs, and together they may need more memory than everything else. So
the hidden states are picked out before they reach the output layer. Models that can read
packed sequences get no padding, and compute a prefix that several rows share once.
"""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rethink_gym.agents.policies.packing import can_pack, forward_packed, pack

__all__ = ["eval_mode", "forward_at_positions", "hidden_at_positions"]


def forward_at_positions(
    model: PreTrainedModel, token_ids: Tensor, rows: Tensor, columns: Tensor
) -> tuple[Tensor, Tensor]:
    """Return what a model predicts tokens from: everything to the left of each position.

    Dropout is off, as it is while the model samples. Gradients flow unless the caller has
    switched them off.

    Args:
        model: A causal language model.
        token_ids: Token ids, padded on the right, shape ``(rows, tokens)``.
        rows: Row of each position, shape ``(positions,)``.
        columns: Column of each position, from 1 to ``tokens``, same shape. ``tokens``
            asks for the state after the last column.

    Returns:
        The logits of the token at each position, float32, shape ``(positions,
        vocabulary)``, and the last hidden states they come from, shape ``(positions,
        width)``.
    """
    picked: list[Tensor] = []
    before = columns - 1  # a causal model predicts a token one column to its left
    packed = pack(token_ids, rows, before) if len(rows) and can_pack(model) else None

    def pick(_: nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *others = arguments
        index = rows * hidden.shape[1] + before if packed is None else packed.indices
        picked.append(hidden.flatten(0, 1).index_select(0, index))
        return (picked[-1][None], *others)

    output_layer: nn.Module = model.get_output_embeddings()  # type: ignore[no-untyped-call]  # no types there
    hook = output_layer.register_forward_pre_hook(pick)
    try:
        with eval_mode(model):
            if packed is None:
                logits: Tensor = model(input_ids=token_ids, use_cache=False).logits
            else:
                logits = forward_packed(model, packed)
    finally:
        hook.remove()
    return logits[0].float(), picked[0]


def hidden_at_positions(
    model: PreTrainedModel, token_ids: Tensor, rows: Tensor, columns: Tensor
) -> Tensor:
    """Return the last hidden states of `forward_at_positions` without computing logits.

    Args:
        model: A causal language model.
        token_ids: Token ids, padded on the right, shape ``(rows, tokens)``.
        rows: Row of each position, shape ``(positions,)``.
        columns: Column of each position, from 1 to ``tokens``, same shape.

    Returns:
        Shape ``(positions, width)``.
    """
    with eval_mode(model):
        states: Tensor = model.base_model(input_ids=token_ids, use_cache=False).last_hidden_state
    return states[rows, columns - 1]


@contextlib.contextmanager
def eval_mode(model: torch.nn.Module) -> Iterator[None]:
    """Switch to evaluation mode (no dropout), and restore each module's mode afterwards.

    Args:
        model: The model.
    """
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
