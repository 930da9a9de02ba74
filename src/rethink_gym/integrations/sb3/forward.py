"""Reads many rows of tokens with a causal language model, those that share a beginning once.

Stable-Baselines3 knows nothing of sequences: it asks for one prediction per row of
tokens, and each row of a rollout holds the whole dialogue up to its token. A causal model
never looks ahead, so a row that is the beginning of another one is read along with it.
That saves most of the work of an update, and changes no number but by rounding.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rethink_gym.errors import ModelError

__all__ = ["Row", "at_head", "head_of", "read_rows"]

Row = npt.NDArray[np.int64]
"""The tokens of a dialogue, shape ``(tokens,)``, at least one."""

_MAX_PART_TOKENS = 2048
"""Tokens read side by side, padding included: of several parts, each has less of it."""


def head_of(model: PreTrainedModel) -> nn.Module:
    """Return the layer that makes logits of hidden states.

    Raises:
        ModelError: If the model has none.
    """
    head: object = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    if not isinstance(head, nn.Module):
        raise ModelError(
            f"A token-level policy must be a model with an output layer, got "
            f"{type(model).__name__} without. Load it as AutoModelForCausalLM."
        )
    return head


def read_rows(model: PreTrainedModel, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
    """Predict what comes after each row; gradients flow.

    Args:
        model: Any causal language model.
        rows: The rows; those that begin another one cost nothing.

    Returns:
        The logits, shape ``(rows, vocabulary)``, and the hidden states that they were
        made of, shape ``(rows, width)``.
    """
    wholes, places = _merge(rows)
    columns = [len(row) - 1 for row in rows]
    members: list[list[int]] = [[] for _ in wholes]
    for index, place in enumerate(places):
        members[place].append(index)
    order: list[int] = []
    parts: list[tuple[Tensor, Tensor]] = []
    for lines in _alike([len(whole) for whole in wholes]):
        asked = [(line, index) for line, place in enumerate(lines) for index in members[place]]
        order += [index for _, index in asked]
        part = [wholes[place] for place in lines]
        picked = [(line, columns[index]) for line, index in asked]
        parts.append(_read_part(model, part, picked))
    back = torch.tensor(order, device=model.device).argsort()
    logits, hidden = (torch.cat(part)[back] for part in zip(*parts, strict=True))
    return logits, hidden


@contextmanager
def at_head(model: PreTrainedModel, pick: Callable[[Tensor], Tensor]) -> Iterator[list[Tensor]]:
    """Let the output layer see only a part of the hidden states, and see it, too.

    Args:
        model: The model, called once inside.
        pick: Takes the hidden states, shape ``(rows, columns, width)``, and returns
            those of which there are to be logits.

    Yields:
        A list, to which what was picked is added when the model is called.
    """
    seen: list[Tensor] = []

    def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        seen.append(pick(inputs[0]))
        return (seen[-1], *inputs[1:])

    handle = head_of(model).register_forward_pre_hook(hook)
    try:
        yield seen
    finally:
        handle.remove()


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Cut rows into parts of like lengths, so that there is little padding; yields places."""
    part: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if part and (len(part) + 1) * lengths[place] > _MAX_PART_TOKENS:
            yield part
            part = []
        part.append(place)
    yield part


def _read_part(
    model: PreTrainedModel, rows: Sequence[Row], picked: Sequence[tuple[int, int]]
) -> tuple[Tensor, Tensor]:
    """Read rows side by side; returns logits and hidden states at the lines and columns picked."""
    token_ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for line, row in enumerate(rows):
        token_ids[line, : len(row)] = row  # padded on the right, where nobody looks
    lines, columns = torch.tensor(picked, device=model.device).unbind(dim=1)
    inputs = torch.from_numpy(token_ids).to(model.device)
    with at_head(model, lambda hidden: hidden[lines, columns]) as seen:
        logits: Tensor = model(input_ids=inputs, use_cache=False).logits
    return logits, seen[0]


def _merge(rows: Sequence[Row]) -> tuple[list[Row], list[int]]:
    """Find the rows that begin no other one; returns them, and the place of each row's own."""
    # Big-endian, so that bytes sort as tokens do. A row that begins any other one
    # begins the one that comes right behind it in this order.
    texts = [row.astype(">u4").tobytes() for row in rows]
    order = sorted(range(len(rows)), key=texts.__getitem__)
    wholes: list[Row] = []
    places = [0] * len(rows)
    following = b""
    for index in reversed(order):
        if not following.startswith(texts[index]):
            wholes.append(rows[index])
        places[index] = len(wholes) - 1
        following = texts[index]
    return wholes, places
