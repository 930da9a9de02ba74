"""KV cache: keys and values of a batch of token sequences, extended token by token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["Block", "CachedPrefix", "Decoder", "KeyValueCache"]


@dataclass(frozen=True, slots=True)
class CachedPrefix:
    """A prefix of a token sequence whose keys and values are cached.

    Attributes:
        cache: KV cache that holds it.
        row: Row of the cache.
        start: Column of its first token.
        count: Number of its tokens.
    """

    cache: "KeyValueCache"
    row: int
    start: int
    count: int


class KeyValueCache:
    """KV cache of all layers for rows of tokens that end in the same column.

    Every layer has two tensors of shape ``(rows, heads, columns, size)``, allocated when
    the layer first writes. Row ``i`` occupies the columns from ``starts[i]`` to
    ``length``: rows are padded on the left. The rows from ``num_active`` on are finished:
    they are kept unchanged, and no more tokens are computed for them.

    Args:
        starts: First column of each row, shape ``(rows,)``.
        length: Number of columns in use.
        capacity: Number of columns to allocate.
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
        return sum(tensor.numel() * tensor.element_size() for tensor in (*self.keys, *self.values))

    def advance(self, num_columns: int) -> None:
        """Take further columns at the right end into use; allocates them if needed."""
        self.length += num_columns
        if self.length > self.capacity:
            self.capacity = max(self.length, self.capacity + self.capacity // 2)
            self.keys = [self._extended(tensor) for tensor in self.keys]
            self.values = [self._extended(tensor) for tensor in self.values]
            self._bias = None

    def layer(self, index: int, like_key: Tensor, like_value: Tensor) -> tuple[Tensor, Tensor]:
        """Return the whole tensors of a layer, allocated if the layer is new.

        Args:
            index: Index of the layer; new layers come in order.
            like_key: Any keys of the layer, shape ``(rows, heads, any, size)``.
            like_value: Any values of the layer, same shape.
        """
        if index == len(self.keys):
            self.keys.append(self._empty(like_key))
            self.values.append(self._empty(like_value))
        return self.keys[index], self.values[index]

    def copy_prefixes(
        self, prefixes: Sequence[CachedPrefix | None], lengths: Sequence[int]
    ) -> None:
        """Copy prefixes from other caches into this one, which is new.

        Args:
            prefixes: Cached prefix of each row, or None.
            lengths: Number of tokens that each row will have.
        """
        for row, (prefix, length) in enumerate(zip(prefixes, lengths, strict=True)):
            if prefix is None:
                continue
            to = slice(self.length - length, self.length - length + prefix.count)
            of = slice(prefix.start, prefix.start + prefix.count)
            for index, (key, value) in enumerate(
                zip(prefix.cache.keys, prefix.cache.values, strict=True)
            ):
                keys, values = self.layer(index, key, value)
                keys[row, :, to] = key[prefix.row, :, of]
                values[row, :, to] = value[prefix.row, :, of]

    def select_rows(self, rows: Sequence[int], capacity: int) -> "KeyValueCache":
        """Return a new cache whose rows are copies of rows of this one.

        Args:
            rows: Row of this cache that each new row copies; a row may repeat.
            capacity: Number of columns to allocate.
        """
        index = torch.tensor(rows, device=self.starts.device)
        other = KeyValueCache(self.starts[index], self.length, capacity)
        for layer, (key, value) in enumerate(zip(self.keys, self.values, strict=True)):
            keys, values = other.layer(layer, key, value)
            keys[:, :, : self.length] = key[index, :, : self.length]
            values[:, :, : self.length] = value[index, :, : self.length]
        return other

    def extract(self, rows: slice, columns: slice) -> "KeyValueCache":
        """Return a new cache with copies of some rows and columns of this one.

        Args:
            rows: The rows.
            columns: The columns; they must include all columns that the rows occupy.
        """
        num_columns = columns.stop - columns.start
        other = KeyValueCache(self.starts[rows] - columns.start, num_columns, num_columns)
        other.keys = [tensor[rows, :, columns].clone() for tensor in self.keys]
        other.values = [tensor[rows, :, columns].clone() for tensor in self.values]
        return other

    def merge_active(self, fresh: "KeyValueCache", num_free_columns: int) -> "KeyValueCache":
        """Return a new cache with the active rows of this one and of another.

        Args:
            fresh: Another cache of the same model; its active rows come after those of
                this one.
            num_free_columns: Number of free columns to allocate at the right end.
        """
        parts = [(part, part.num_active) for part in (self, fresh)]
        widths = [int((part.length - part.starts[:count]).max()) for part, count in parts]
        length = max(widths)
        starts = [part.starts[:count] + (length - part.length) for part, count in parts]
        other = KeyValueCache(torch.cat(starts), length, length + num_free_columns)
        first = 0
        for (part, count), width in zip(parts, widths, strict=True):
            to = (slice(first, first + count), slice(None), slice(length - width, length))
            of = (slice(count), slice(None), slice(part.length - width, part.length))
            for layer, (key, value) in enumerate(zip(part.keys, part.values, strict=True)):
                keys, values = other.layer(layer, key, value)
                keys[to], values[to] = key[of], value[of]
            first += count
        return other

    def swap_rows(self, some: Tensor, others: Tensor) -> None:
        """Exchange rows: each of ``some`` with the row of ``others`` at the same index."""
        to, of = torch.cat((some, others)), torch.cat((others, some))
        self.starts[to] = self.starts[of]
        for tensor in (*self.keys, *self.values):
            used = tensor[:, :, : self.length]
            used[to] = used[of]
        self._bias = None

    def padding_bias(self, num_heads: int, dtype: torch.dtype) -> Tensor | None:
        """Return the attention bias that masks the padding.

        Args:
            num_heads: Number of times that each row is repeated.
            dtype: Type of the attention scores.

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
        # Zeros instead of uninitialized memory: a masked column has weight 0, and 0 times
        # NaN is NaN.
        return like.new_zeros((len(self.starts), like.shape[1], self.capacity, like.shape[3]))

    def _extended(self, tensor: Tensor) -> Tensor:
        extended = self._empty(tensor)
        extended[:, :, : tensor.shape[2]] = tensor
        return extended


@dataclass(frozen=True, slots=True)
class Block:
    """New tokens of every active row of a KV cache, in columns that are in use already.

    Attributes:
        token_ids: The tokens in the last columns of the cache, padded on the left; shape
            ``(rows, columns)``.
        is_new: Whether each of them is a new token, same shape; None if all are. At a
            padding token, the cache may hold an earlier token of its row.
    """

    token_ids: Tensor
    is_new: Tensor | None


class Decoder(Protocol):
    """Computes the logits of next tokens, and writes keys and values into a KV cache."""

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Compute the logits that follow new tokens.

        Args:
            block: The new tokens.
            cache: KV cache of the tokens before them. The columns of the block are in use
                already; its keys and values are written there.

        Returns:
            The logits of the next token of each row, shape ``(rows, vocabulary)``.
        """
        ...
