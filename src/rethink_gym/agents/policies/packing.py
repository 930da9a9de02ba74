"""Pack rows into one sequence without padding, and compute shared prefixes once.

All that a model computes token by token (projections, perceptrons, norms) then costs as
much as there are distinct tokens. Only the attention needs rows. It gets them in blocks of
similar lengths, in which each row attends to its own prefix. A causal model computes the
same numbers as for padded rows, except for rounding.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, PreTrainedModel

from rethink_gym.agents.policies.architecture import is_llama_like

__all__ = ["PackedBatch", "can_pack", "forward_packed", "pack"]

_ATTENTION = "rethink_packed"
_MIN_SAVING = 1 / 16
"""Rows share their prefix if that saves at least this fraction of their tokens: attention
to a prefix that is stored elsewhere costs a little more."""

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Segments of similar lengths, adjacent in the packed sequence, for one attention call.

    Attributes:
        size: Number of segments.
        queries: Indices of their tokens in the packed sequence, each segment padded at its
            end to the longest, shape ``(size * longest,)``.
        is_token: Indices of those entries of ``queries`` that are not padding; None if
            all are tokens.
        keys: Indices of the tokens that each segment attends to, shared prefixes first,
            shape ``(size * keys per segment,)``.
        mask: Whether each query attends to each key, shape ``(size or 1, 1, longest,
            keys)``; None if the keys are the queries and the mask is causal.
    """

    size: int
    queries: Tensor
    is_token: Tensor | None
    keys: Tensor
    mask: Tensor | None


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """Rows packed into one sequence.

    Attributes:
        token_ids: The packed sequence, shape ``(1, tokens)``.
        position_ids: Column of each token in its row, same shape.
        indices: Index in the packed sequence of each requested position, shape
            ``(positions,)``.
        blocks: The packed sequence as blocks for the attention, in order.
    """

    token_ids: Tensor
    position_ids: Tensor
    indices: Tensor
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Segment:
    """Some columns of a row, stored in the packed sequence from index ``start`` on."""

    row: int
    columns: range
    shared_prefix: "_Segment | None" = None
    start: int = 0


def can_pack(model: PreTrainedModel) -> bool:
    """Whether a model can compute a packed sequence.

    Args:
        model: Any model.

    Returns:
        True if the model is known to mix tokens by plain causal attention only, and its
        attention implementation is a standard one.
    """
    return is_llama_like(model) and model.config._attn_implementation in ("sdpa", "eager")


def pack(token_ids: Tensor, rows: Tensor, columns: Tensor) -> PackedBatch:
    """Pack the tokens that the outputs of a causal model at some positions depend on.

    Of each row these are the tokens up to its last requested position. Rows that are equal
    up to and including their first requested position share this prefix.

    Args:
        token_ids: Tokens, padded on the right, shape ``(rows, tokens)``.
        rows: Row of each requested position, shape ``(positions,)``; at least one.
        columns: Column of each requested position, same shape.

    Returns:
        The packed sequence.
    """
    tokens, wanted_rows, wanted_columns = (
        part.cpu().numpy() for part in (token_ids, rows, columns)
    )
    firsts = np.full(len(tokens), tokens.shape[1])
    stops = np.zeros(len(tokens), dtype=np.int64)
    np.minimum.at(firsts, wanted_rows, wanted_columns)
    np.maximum.at(stops, wanted_rows, wanted_columns + 1)
    prefixes, suffixes = _split(tokens, firsts, stops)
    blocks, start = [], 0
    for segments in (*_by_length(prefixes), *_by_length(suffixes)):
        for segment in segments:
            segment.start = start
            start += len(segment.columns)
        blocks.append(_make_block(segments, token_ids.device))
    packed, position_ids = np.zeros((2, start), dtype=np.int64)
    for segment in (*prefixes, *suffixes):
        target = slice(segment.start, segment.start + len(segment.columns))
        packed[target] = tokens[segment.row, segment.columns]
        position_ids[target] = segment.columns
    index_of = np.zeros(tokens.shape, dtype=np.int64)
    for suffix in suffixes:
        # A row consists of its suffix, and of a prefix that may belong to another row.
        for segment in (suffix, suffix.shared_prefix) if suffix.shared_prefix else (suffix,):
            index_of[suffix.row, segment.columns] = segment.start + np.arange(len(segment.columns))
    packed_ids, positions, indices = (
        torch.from_numpy(part).to(token_ids.device)
        for part in (packed, position_ids, index_of[wanted_rows, wanted_columns])
    )
    return PackedBatch(packed_ids[None], positions[None], indices, tuple(blocks))


def forward_packed(model: PreTrainedModel, batch: PackedBatch) -> Tensor:
    """Run a model's forward pass on a packed sequence.

    Args:
        model: A model for which `can_pack` returns True.
        batch: The packed sequence.

    Returns:
        The logits, shape ``(1, tokens, vocabulary)``, or what forward hooks return instead.
    """
    config = model.config
    usual = config._attn_implementation
    config._attn_implementation = _ATTENTION
    try:
        logits: Tensor = model(
            input_ids=batch.token_ids,
            position_ids=batch.position_ids,
            use_cache=False,
            blocks=batch.blocks,
        ).logits
    finally:
        config._attn_implementation = usual
    return logits


def _split(tokens: _Ints, firsts: _Ints, stops: _Ints) -> tuple[list[_Segment], list[_Segment]]:
    """Split rows into shared prefixes and the suffix of each row."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row in np.flatnonzero(stops).tolist():
        groups[tokens[row, : firsts[row] + 1].tobytes()].append(row)
    prefixes, suffixes = [], []
    for members in groups.values():
        length = int(firsts[members[0]]) + 1
        prefix = None
        if (len(members) - 1) * length >= _MIN_SAVING * stops[members].sum():
            prefix = _Segment(members[0], range(length))
            prefixes.append(prefix)
        for row in members:
            columns = range(length if prefix else 0, int(stops[row]))
            suffixes.append(_Segment(row, columns, prefix))
    return prefixes, suffixes


def _by_length(segments: Sequence[_Segment]) -> Iterator[list[_Segment]]:
    """Group segments by length: a longest segment has at most 1.5 times the shortest, plus 8."""
    group: list[_Segment] = []
    for segment in sorted(segments, key=lambda each: len(each.columns)):
        if group and len(segment.columns) > 8 + 1.5 * len(group[0].columns):
            yield group
            group = []
        if segment.columns:
            group.append(segment)
    if group:
        yield group


def _make_block(segments: Sequence[_Segment], device: torch.device) -> Block:
    lengths = np.array([[len(each.columns)] for each in segments])
    starts = np.array([[each.start] for each in segments])
    prefixes = [each.shared_prefix for each in segments]
    prefix_lengths = np.array([[len(each.columns) if each else 0] for each in prefixes])
    prefix_starts = np.array([[each.start if each else 0] for each in prefixes])
    own_columns = np.arange(lengths.max())
    prefix_columns = np.arange(prefix_lengths.max())
    # Each row of `queries` is a segment; its padding repeats its last token.
    queries = starts + np.minimum(own_columns, lengths - 1)
    is_padded = lengths.min() < lengths.max()
    is_token = np.flatnonzero(own_columns < lengths) if is_padded else None
    keys, mask = queries, None
    if len(prefix_columns):
        last_columns = np.maximum(prefix_lengths - 1, 0)
        keys = np.hstack((prefix_starts + np.minimum(prefix_columns, last_columns), queries))
        # If all prefixes have the same length, one mask serves all segments.
        num_masks = 1 if prefix_lengths.min() == len(prefix_columns) else len(segments)
        mask = np.ones((num_masks, 1, len(own_columns), keys.shape[1]), dtype=np.bool_)
        in_prefix = (prefix_columns < prefix_lengths)[:num_masks, None, None]
        mask[..., : len(prefix_columns)] = in_prefix
        mask[..., len(prefix_columns) :] = own_columns <= own_columns[:, None]
    return Block(
        size=len(segments),
        queries=torch.from_numpy(queries.flatten()).to(device),
        is_token=None if is_token is None else torch.from_numpy(is_token).to(device),
        keys=torch.from_numpy(keys.flatten()).to(device),
        mask=None if mask is None else torch.from_numpy(mask).to(device),
    )


def _attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float,
    blocks: Sequence[Block],
    **_: Any,
) -> tuple[Tensor, None]:
    """Compute causal attention within the rows of a packed sequence.

    Transformers calls it instead of its own attention. Queries, keys and values have shape
    ``(1, heads, tokens, size)``, the result ``(1, tokens, heads, size)``.
    """
    per_group = query.shape[1] // key.shape[1]
    outputs = []
    for block in blocks:
        queries = _gather_rows(query, block.queries, block.size)
        keys, values = (_gather_rows(part, block.keys, block.size) for part in (key, value))
        attended = functional.scaled_dot_product_attention(
            queries,
            keys if per_group == 1 else keys.repeat_interleave(per_group, dim=1),
            values if per_group == 1 else values.repeat_interleave(per_group, dim=1),
            attn_mask=block.mask,
            is_causal=block.mask is None,
            scale=scaling,
        )
        flat = attended.transpose(1, 2).flatten(0, 1)
        outputs.append(flat if block.is_token is None else flat.index_select(0, block.is_token))
    return torch.cat(outputs)[None], None


def _gather_rows(packed: Tensor, indices: Tensor, num_rows: int) -> Tensor:
    """Gather tokens of a packed tensor, ``(1, heads, tokens, size)``, as rows of one length."""
    tokens = packed[0].transpose(0, 1).index_select(0, indices)
    return tokens.view(num_rows, -1, *tokens.shape[1:]).transpose(1, 2)


AttentionInterface.register(_ATTENTION, _attend)
