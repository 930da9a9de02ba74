"""The keys and values of a batch of token sequences, grown token by token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["Block", "CachedPrefix", "Decoder", "KeyValueCache"]


@dataclass(frozen=True, slots=True)
class CachedPrefix:
    """The beginning of a token sequence, as a row of a cache holds it.

    Attributes:
        cache: Where it is.
        row: Which row.
        start: Column of its first token.
        count: How many tokens of it to use.
    """

    cache: "KeyValueCache"
    row: int
    start: int
    count: int


class KeyValueCache:
    """Keys and values of all layers for rows of tokens that end in the same column.

    Every layer has two tensors of shape ``(rows, heads, columns, size)``, made when
    the layer first writes. Row ``i`` occupies the columns from ``starts[i]`` to
    ``length``: rows are padded on the left. The rows from ``num_active`` on are
    finished; they stay as they were and are computed no more.

    Args:
        starts: First column of each row, shape ``(rows,)``.
        length: Columns in use.
        capacity: Columns to make room for.
    """

    def __init__(self, starts: Tensor, length: int, capacity: int) -> None:
        self.starts = starts
        self.length = length
        self.capacity = max(capacity, length)
        self.num_active = len(starts)
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []
        self._bias: Tensor | None = None
        self._is_padded = bool((starts > 0).any())

    @property
    def num_bytes(self) -> int:
        """Memory of all keys and values."""
        return sum(part.numel() * part.element_size() for part in (*self.keys, *self.values))

    def advance(self, num_columns: int) -> None:
        """Take further columns into use, at the right end."""
        self.length += num_columns
        if self.length > self.capacity:
            self.capacity = max(self.length, self.capacity + self.capacity // 2)
            self.keys = [self._grown(part) for part in self.keys]
            self.values = [self._grown(part) for part in self.values]
            self._bias = None

    def layer(self, index: int, like_key: Tensor, like_value: Tensor) -> tuple[Tensor, Tensor]:
        """Return a layer's whole tensors; made empty if the layer is new.

        Args:
            index: Which layer; new layers come in order.
            like_key: Some keys, shape ``(rows, heads, any, size)``.
            like_value: Some values of that shape.
        """
        if index == len(self.keys):
            self.keys.append(self._empty(like_key))
            self.values.append(self._empty(like_value))
        return self.keys[index], self.values[index]

    def take(self, sources: Sequence[CachedPrefix | None], lengths: Sequence[int]) -> None:
        """Copy the beginnings of rows from other caches into this one, which is new.

        Args:
            sources: For each row where its beginning is held, or None.
            lengths: How many tokens each row is going to have.
        """
        for row, (source, length) in enumerate(zip(sources, lengths, strict=True)):
            if source is None:
                continue
            to = slice(self.length - length, self.length - length + source.count)
            of = slice(source.start, source.start + source.count)
            for index, (key, value) in enumerate(
                zip(source.cache.keys, source.cache.values, strict=True)
            ):
                keys, values = self.layer(index, key, value)
                keys[row, :, to] = key[source.row, :, of]
                values[row, :, to] = value[source.row, :, of]

    def spread(self, rows: Sequence[int], capacity: int) -> "KeyValueCache":
        """Return a cache whose rows are copies of rows of this one.

        Args:
            rows: The row here that each row there copies.
            capacity: Columns to make room for.
        """
        index = torch.tensor(rows, device=self.starts.device)
        other = KeyValueCache(self.starts[index], self.length, capacity)
        for layer, (key, value) in enumerate(zip(self.keys, self.values, strict=True)):
            keys, values = other.layer(layer, key, value)
            keys[:, :, : self.length] = key[index, :, : self.length]
            values[:, :, : self.length] = value[index, :, : self.length]
        return other

    def extract(self, rows: slice, columns: slice) -> "KeyValueCache":
        """Return a cache that holds copies of some rows and columns of this one.

        Args:
            rows: Which rows.
            columns: Which columns; all that the rows occupy must be among them.
        """
        num_columns = columns.stop - columns.start
        other = KeyValueCache(self.starts[rows] - columns.start, num_columns, num_columns)
        other.keys = [part[rows, :, columns].clone() for part in self.keys]
        other.values = [part[rows, :, columns].clone() for part in self.values]
        return other

    def joined(self, fresh: "KeyValueCache", room: int) -> "KeyValueCache":
        """Return a cache of the active rows of this one and of another.

        Args:
            fresh: Of the same model; its active rows come behind those of this one.
            room: Columns to make room for, behind the last one.
        """
        parts = [(part, part.num_active) for part in (self, fresh)]
        widths = [int((part.length - part.starts[:count]).max()) for part, count in parts]
        length = max(widths)
        starts = [part.starts[:count] + (length - part.length) for part, count in parts]
        other = KeyValueCache(torch.cat(starts), length, length + room)
        first = 0
        for (part, count), width in zip(parts, widths, strict=True):
            to = (slice(first, first + count), slice(None), slice(length - width, length))
            of = (slice(count), slice(None), slice(part.length - width, part.length))
            for layer, (key, value) in enumerate(zip(part.keys, part.values, strict=True)):
                keys, values = other.layer(layer, key, value)
                keys[to], values[to] = key[of], value[of]
            first += count
        return other

    def swap(self, some: Tensor, others: Tensor) -> None:
        """Exchange rows, each of ``some`` with the one of ``others`` at its place."""
        to, of = torch.cat((some, others)), torch.cat((others, some))
        self.starts[to] = self.starts[of]
        for part in (*self.keys, *self.values):
            used = part[:, :, : self.length]
            used[to] = used[of]
        self._bias = None

    def padding_bias(self, num_heads: int, dtype: torch.dtype) -> Tensor | None:
        """Return what to add to attention scores so that no padding is attended to.

        Args:
            num_heads: How often each row is repeated.
            dtype: Of the scores.

        Returns:
            0 for tokens and -inf for padding, shape ``(active rows * num_heads, 1,
            columns in use)``; None if no row was ever padded.
        """
        if not self._is_padded:
            return None
        if self._bias is None:
            columns = torch.arange(self.capacity, device=self.starts.device)
            bias = torch.zeros(
                (len(self.starts), self.capacity), dtype=dtype, device=columns.device
            )
            bias.masked_fill_(columns < self.starts[:, None], -torch.inf)
            self._bias = bias.repeat_interleave(num_heads, dim=0)[:, None]
        return self._bias[: self.num_active * num_heads, :, : self.length]

    def _empty(self, like: Tensor) -> Tensor:
        # Zeros and not garbage: a masked column has weight 0, and 0 times NaN is NaN.
        return like.new_zeros((len(self.starts), like.shape[1], self.capacity, like.shape[3]))

    def _grown(self, part: Tensor) -> Tensor:
        grown = self._empty(part)
        grown[:, :, : part.shape[2]] = part
        return grown


@dataclass(frozen=True, slots=True)
class Block:
    """New tokens of every active row of a cache, already given columns there.

    Attributes:
        token_ids: Shape ``(rows, columns)``, padded on the left; they stand in the
            cache's last columns.
        is_new: Which of them are no padding, same shape; None if all are. Under a
            padding token, the cache may hold an earlier token of its row.
    """

    token_ids: Tensor
    is_new: Tensor | None


class Decoder(Protocol):
    """Computes the logits of next tokens; keys and values go into a cache."""

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Read new tokens.

        Args:
            block: The tokens.
            cache: Holds what each row said before them; the columns of the block
                are in use already, and their keys and values are written here.

        Returns:
            The logits of the token behind each row, shape ``(rows, vocabulary)``.
        """
        ...
