"""Rows of tokens as one line: no padding, and what several rows begin with stands there once.

All that a model computes token by token (projections, perceptrons, norms) then costs as
much as there are different tokens. Attention alone needs rows; it gets them in blocks of
like lengths, in which each row sees its own beginning. A causal model computes the same
numbers as of padded rows, but for rounding.
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

__all__ = ["Line", "can_pack", "lay_out", "read_line"]

_ATTENTION = "rethink_line"
_LEAST_SAVING = 1 / 16
"""Rows share their beginning if that saves at least this part of their tokens: attention
to a beginning that stands elsewhere costs a little more."""

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Stretches of like lengths that stand in the line one after the other.

    Attributes:
        size: How many stretches there are.
        queries: Where their tokens are in the line, padded at the end, shape
            ``(size * longest,)``.
        is_token: Which of these are no padding, as indices; None if all are.
        keys: Where the tokens are that they may see, the shared beginnings in front,
            shape ``(size * keys of each,)``.
        is_seen: Which key each token sees, shape ``(size or 1, 1, longest, keys)``; None
            if the keys are the queries, and each sees itself and those before it.
    """

    size: int
    queries: Tensor
    is_token: Tensor | None
    keys: Tensor
    is_seen: Tensor | None


@dataclass(frozen=True, slots=True)
class Line:
    """What has to be read of some rows.

    Attributes:
        token_ids: Shape ``(1, tokens)``.
        position_ids: The column that each token stood in, same shape.
        places: Where in the line each place stands that was asked for.
        blocks: The line in parts for the attention, in order.
    """

    token_ids: Tensor
    position_ids: Tensor
    places: Tensor
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Stretch:
    """Some columns of a row, ``start`` their place in the line, and what stands before them."""

    row: int
    columns: range
    stem: "_Stretch | None" = None
    start: int = 0


def can_pack(model: PreTrainedModel) -> bool:
    """Whether a model can read a line.

    Args:
        model: Any model.

    Returns:
        True if it is one of those known to mix tokens in plain causal attention alone,
        and uses no attention of a kind that somebody chose for it.
    """
    return is_llama_like(model) and model.config._attn_implementation in ("sdpa", "eager")


def lay_out(token_ids: Tensor, rows: Tensor, columns: Tensor) -> Line:
    """Put into a line what a causal model must read to know what comes after some places.

    Of each row that is all up to its last place. Rows that are equal up to their first
    place, it included, share this beginning.

    Args:
        token_ids: Padded on the right, shape ``(rows, tokens)``.
        rows: The row of each place, at least one, shape ``(places,)``.
        columns: Its column, same shape.

    Returns:
        The line.
    """
    tokens, place_rows, place_columns = (part.cpu().numpy() for part in (token_ids, rows, columns))
    firsts = np.full(len(tokens), tokens.shape[1])
    stops = np.zeros(len(tokens), dtype=np.int64)
    np.minimum.at(firsts, place_rows, place_columns)
    np.maximum.at(stops, place_rows, place_columns + 1)
    stems, tails = _stretches(tokens, firsts, stops)
    blocks, start = [], 0
    for stretches in (*_alike(stems), *_alike(tails)):
        for stretch in stretches:
            stretch.start = start
            start += len(stretch.columns)
        blocks.append(_block(stretches, token_ids.device))
    line, position_ids = np.zeros((2, start), dtype=np.int64)
    for stretch in (*stems, *tails):
        there = slice(stretch.start, stretch.start + len(stretch.columns))
        line[there] = tokens[stretch.row, stretch.columns]
        position_ids[there] = stretch.columns
    found = np.zeros(tokens.shape, dtype=np.int64)
    for tail in tails:
        for stretch in (tail, tail.stem) if tail.stem else (tail,):
            found[tail.row, stretch.columns] = stretch.start + np.arange(len(stretch.columns))
    line_ids, positions, places = (
        torch.from_numpy(part).to(token_ids.device)
        for part in (line, position_ids, found[place_rows, place_columns])
    )
    return Line(line_ids[None], positions[None], places, tuple(blocks))


def read_line(model: PreTrainedModel, line: Line) -> Tensor:
    """Return what a model's forward makes of a line.

    Args:
        model: A model of which `can_pack` is true.
        line: The tokens.

    Returns:
        The logits, shape ``(1, tokens, vocabulary)``, or what hooks made of them.
    """
    config = model.config
    usual = config._attn_implementation
    config._attn_implementation = _ATTENTION
    try:
        logits: Tensor = model(
            input_ids=line.token_ids,
            position_ids=line.position_ids,
            use_cache=False,
            blocks=line.blocks,
        ).logits
    finally:
        config._attn_implementation = usual
    return logits


def _stretches(tokens: _Ints, firsts: _Ints, stops: _Ints) -> tuple[list[_Stretch], list[_Stretch]]:
    """Find what several rows begin with, and what stands behind it in each row."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row in np.flatnonzero(stops).tolist():
        groups[tokens[row, : firsts[row] + 1].tobytes()].append(row)
    stems, tails = [], []
    for members in groups.values():
        length = int(firsts[members[0]]) + 1
        stem = None
        if (len(members) - 1) * length >= _LEAST_SAVING * stops[members].sum():
            stem = _Stretch(members[0], range(length))
            stems.append(stem)
        for row in members:
            tails.append(_Stretch(row, range(length if stem else 0, int(stops[row])), stem))
    return stems, tails


def _alike(stretches: Sequence[_Stretch]) -> Iterator[list[_Stretch]]:
    """Sort stretches by length, and cut where they become more than half as long again."""
    part: list[_Stretch] = []
    for stretch in sorted(stretches, key=lambda each: len(each.columns)):
        if part and len(stretch.columns) > 8 + 1.5 * len(part[0].columns):
            yield part
            part = []
        if stretch.columns:
            part.append(stretch)
    if part:
        yield part


def _block(stretches: Sequence[_Stretch], device: torch.device) -> Block:
    lengths = np.array([[len(each.columns)] for each in stretches])
    starts = np.array([[each.start] for each in stretches])
    stems = [
        (len(each.stem.columns), each.stem.start) if each.stem else (0, 0) for each in stretches
    ]
    stem_lengths, stem_starts = np.array(stems).T[..., None]
    own, before = np.arange(lengths.max()), np.arange(stem_lengths.max())
    queries = starts + np.minimum(own, lengths - 1)  # padded by the last token
    is_padded = lengths.min() < lengths.max()
    is_token = np.flatnonzero(own < lengths) if is_padded else None
    keys, is_seen = queries, None
    if len(before):
        in_stem = stem_starts + np.clip(before, 0, np.maximum(stem_lengths - 1, 0))
        keys = np.hstack((in_stem, queries))
        num_different = 1 if stem_lengths.min() == len(before) else len(stretches)
        is_seen = np.ones((num_different, 1, len(own), keys.shape[1]), dtype=np.bool_)
        is_seen[..., : len(before)] = (before < stem_lengths)[:num_different, None, None]
        is_seen[..., len(before) :] = own <= own[:, None]
    return Block(
        size=len(stretches),
        queries=torch.from_numpy(queries.flatten()).to(device),
        is_token=None if is_token is None else torch.from_numpy(is_token).to(device),
        keys=torch.from_numpy(keys.flatten()).to(device),
        is_seen=None if is_seen is None else torch.from_numpy(is_seen).to(device),
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
    """Let the tokens of a line see what stood before them in their rows.

    It is called by transformers in the place of its own attention; queries, keys and values
    have shape ``(1, heads, tokens, size)``, the result ``(1, tokens, heads, size)``.
    """
    per_group = query.shape[1] // key.shape[1]
    attended = []
    for block in blocks:
        asking = _rows(query, block.queries, block.size)
        seen, held = (_rows(part, block.keys, block.size) for part in (key, value))
        found = functional.scaled_dot_product_attention(
            asking,
            seen if per_group == 1 else seen.repeat_interleave(per_group, dim=1),
            held if per_group == 1 else held.repeat_interleave(per_group, dim=1),
            attn_mask=block.is_seen,
            is_causal=block.is_seen is None,
            scale=scaling,
        )
        flat = found.transpose(1, 2).flatten(0, 1)
        attended.append(flat if block.is_token is None else flat.index_select(0, block.is_token))
    return torch.cat(attended)[None], None


def _rows(line: Tensor, where: Tensor, size: int) -> Tensor:
    """Pick tokens of a line, ``(1, heads, tokens, size)``, as rows of one length."""
    tokens = line[0].transpose(0, 1).index_select(0, where)
    return tokens.view(size, -1, *tokens.shape[1:]).transpose(1, 2)


AttentionInterface.register(_ATTENTION, _attend)
