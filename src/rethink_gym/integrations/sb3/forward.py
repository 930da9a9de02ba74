"""Forward passes over many rows of tokens; rows with a common beginning share the work.

Stable-Baselines3 treats every token as a step of its own: it asks for one prediction per row
of tokens, and each row of a rollout holds the whole dialogue up to its token. A causal model
never attends to later tokens, so a row that is a prefix of another row needs no computation
of its own. That saves most of the work of an update, and changes the numbers by rounding only.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rethink_gym.errors import ModelError

__all__ = ["Row", "forward_rows", "hook_output_layer", "output_layer"]

Row = npt.NDArray[np.int64]
"""The tokens of a dialogue, shape ``(tokens,)``, at least one."""

_MAX_BATCH_TOKENS = 2048
"""Maximum number of tokens of a forward pass, padding included, if it has several rows."""


def output_layer(model: PreTrainedModel) -> nn.Module:
    """Return the layer that computes logits from hidden states.

    Raises:
        ModelError: If ``model`` does not have an output layer.
    """
    layer: object = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    if not isinstance(layer, nn.Module):
        raise ModelError(
            f"model must have an output layer, got {type(model).__name__} without one. "
            "Load it as AutoModelForCausalLM."
        )
    return layer


def forward_rows(model: PreTrainedModel, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
    """Predict the token after each row; gradients flow.

    Args:
        model: Any causal language model.
        rows: The rows; a row that is a prefix of another one costs nothing.

    Returns:
        The logits, shape ``(rows, vocabulary)``, and the hidden states that they were
        computed from, shape ``(rows, width)``.
    """
    maximal, maximal_of = _merge_prefixes(rows)
    members: list[list[int]] = [[] for _ in maximal]
    for index, position in enumerate(maximal_of):
        members[position].append(index)
    order: list[int] = []
    parts: list[tuple[Tensor, Tensor]] = []
    for batch in _split_by_length([len(row) for row in maximal]):
        # For each row of the batch: the outputs at the last tokens of all its prefixes.
        picked = [
            (line, index) for line, position in enumerate(batch) for index in members[position]
        ]
        order += [index for _, index in picked]
        columns = [(line, len(rows[index]) - 1) for line, index in picked]
        parts.append(_forward_batch(model, [maximal[position] for position in batch], columns))
    inverse = torch.tensor(order, device=model.device).argsort()
    logits, hidden = (torch.cat(part)[inverse] for part in zip(*parts, strict=True))
    return logits, hidden


@contextmanager
def hook_output_layer(
    model: PreTrainedModel, pick: Callable[[Tensor], Tensor]
) -> Iterator[list[Tensor]]:
    """Reduce the hidden states before they reach the output layer, and record them.

    Args:
        model: The model, called once in the context.
        pick: Function from the hidden states, shape ``(rows, columns, width)``, to those
            for which logits are computed.

    Yields:
        A list; each call of the model appends the picked hidden states.
    """
    recorded: list[Tensor] = []

    def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        recorded.append(pick(inputs[0]))
        return (recorded[-1], *inputs[1:])

    handle = output_layer(model).register_forward_pre_hook(hook)
    try:
        yield recorded
    finally:
        handle.remove()


def _split_by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Split rows into batches of similar lengths, to save padding; yields their indices."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > _MAX_BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    yield batch


def _forward_batch(
    model: PreTrainedModel, rows: Sequence[Row], picked: Sequence[tuple[int, int]]
) -> tuple[Tensor, Tensor]:
    """Compute rows as a batch; returns logits and hidden states at (row, column) pairs."""
    token_ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for line, row in enumerate(rows):
        token_ids[line, : len(row)] = row  # padding on the right: a causal model ignores it
    lines, columns = torch.tensor(picked, device=model.device).unbind(dim=1)
    inputs = torch.from_numpy(token_ids).to(model.device)
    with hook_output_layer(model, lambda hidden: hidden[lines, columns]) as recorded:
        logits: Tensor = model(input_ids=inputs, use_cache=False).logits
    return logits, recorded[0]


def _merge_prefixes(rows: Sequence[Row]) -> tuple[list[Row], list[int]]:
    """Find the rows that are not a prefix of another one.

    Returns:
        These maximal rows, and for each row the index of the maximal row that it is a
        prefix of.
    """
    # Big-endian, so that bytes sort as tokens do. A row that is a prefix of any other row
    # is a prefix of the row that comes next in this order.
    texts = [row.astype(">u4").tobytes() for row in rows]
    order = sorted(range(len(rows)), key=texts.__getitem__)
    maximal: list[Row] = []
    maximal_of = [0] * len(rows)
    following = b""
    for index in reversed(order):
        if not following.startswith(texts[index]):
            maximal.append(rows[index])
        maximal_of[index] = len(maximal) - 1
        following = texts[index]
    return maximal, maximal_of
