"""Reads rows of tokens that grow from step to step, and keeps their keys and values.

In a rollout of Stable-Baselines3 each row is what it was in the step before and one
token more; where a message has ended, the environment's next message stands behind it,
or another dialogue begins.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.generation.cache import Block, CachedPrefix, KeyValueCache
from rethink_gym.agents.policies.generation.generic import ForwardDecoder
from rethink_gym.agents.policies.generation.prefix_cache import fingerprint
from rethink_gym.integrations.sb3.forward import Row, at_head, read_rows

__all__ = ["GrowingRows"]

_ROOM = 64
"""Columns to make room for in a new cache."""


class GrowingRows:
    """Rows that are read again and again, each time a little longer.

    Args:
        model: Any causal language model. One that keeps no keys and values for each
            token reads every row from its beginning each time.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._decoder = ForwardDecoder(model) if ForwardDecoder.serves(model) else None
        self._weights: tuple[int, ...] = ()
        self._texts: list[bytes] = []
        """The rows as they were read last, in the order of the caller."""
        self._slots: list[int] = []
        """Which row of the cache each of them is."""
        self._cache: KeyValueCache | None = None

    @torch.no_grad()
    def read(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
        """Predict what comes after each row, without gradients.

        Args:
            rows: The rows, in the same order as the last time; one that does not
                continue what it was is read from its beginning.

        Returns:
            What `read_rows` returns.
        """
        if self._decoder is None:
            return read_rows(self._model, rows)
        weights = fingerprint(self._model)
        if weights != self._weights or len(rows) != len(self._texts):
            self._weights, self._texts, self._slots = weights, [b""] * len(rows), []
        texts = [row.tobytes() for row in rows]
        num_known = [
            len(old) // row.itemsize if new.startswith(old) and len(new) > len(old) else 0
            for old, new, row in zip(self._texts, texts, rows, strict=True)
        ]
        grown = [place for place, row in enumerate(rows) if num_known[place] == len(row) - 1 > 0]
        if self._cache is None or len(grown) < len(rows):
            logits, hidden = self._rebuild(self._decoder, rows, num_known, grown)
        else:
            self._cache.advance(1)
            by_slot = sorted(grown, key=self._slots.__getitem__)
            logits, hidden = self._read_newest(self._decoder, rows, by_slot, self._cache)
        self._texts = texts
        return logits[self._slots], hidden[self._slots]

    def _rebuild(
        self,
        decoder: ForwardDecoder,
        rows: Sequence[Row],
        num_known: Sequence[int],
        grown: list[int],
    ) -> tuple[Tensor, Tensor]:
        """Make a new cache, since not every row grew by one token; returns in its order."""
        others = [place for place in range(len(rows)) if place not in set(grown)]
        aside, *read_aside = self._read_aside(decoder, rows, num_known, others)
        order = [*grown, *others]
        lengths = [len(rows[place]) for place in order]
        cache = _empty_cache(lengths, self._model.device)
        held = [self._held(place, num_known[place]) for place in grown]
        held += [
            CachedPrefix(aside, line, aside.length - len(rows[place]), len(rows[place]))
            for line, place in enumerate(others)
        ]
        cache.take(held, lengths)
        self._cache = cache
        self._slots = [order.index(place) for place in range(len(rows))]
        if not grown:
            return read_aside[0], read_aside[1]
        cache.num_active = len(grown)  # the others are complete already
        read_grown = self._read_newest(decoder, rows, grown, cache)
        cache.num_active = len(rows)
        both = zip(read_grown, read_aside, strict=True)
        logits, hidden = (torch.cat(parts) for parts in both)
        return logits, hidden

    def _read_aside(
        self,
        decoder: ForwardDecoder,
        rows: Sequence[Row],
        num_known: Sequence[int],
        places: list[int],
    ) -> tuple[KeyValueCache, Tensor, Tensor]:
        """Read rows of which several tokens are new, in a cache of their own."""
        lengths = [len(rows[place]) for place in places]
        num_new = [len(rows[place]) - num_known[place] for place in places]
        device = self._model.device
        cache = _empty_cache(lengths, device)
        cache.take([self._held(place, num_known[place]) for place in places], lengths)
        token_ids = np.zeros((len(places), max(num_new)), dtype=np.int64)
        is_new = np.zeros(token_ids.shape, dtype=np.bool_)
        for line, (place, count) in enumerate(zip(places, num_new, strict=True)):
            token_ids[line, -count:] = rows[place][-count:]
            is_new[line, -count:] = True
        mask = None if is_new.all() else torch.from_numpy(is_new).to(device)
        block = Block(torch.from_numpy(token_ids).to(device), mask)
        return cache, *self._decode(decoder, block, cache)

    def _read_newest(
        self,
        decoder: ForwardDecoder,
        rows: Sequence[Row],
        places: Sequence[int],
        cache: KeyValueCache,
    ) -> tuple[Tensor, Tensor]:
        """Read the last token of rows that stand in the active part of a cache, in this order."""
        newest = np.array([[rows[place][-1]] for place in places])
        block = Block(torch.from_numpy(newest).to(self._model.device), None)
        return self._decode(decoder, block, cache)

    def _decode(
        self, decoder: ForwardDecoder, block: Block, cache: KeyValueCache
    ) -> tuple[Tensor, Tensor]:
        with at_head(self._model, lambda hidden: hidden[:, -1:]) as seen:
            logits = decoder.decode(block, cache)
        return logits, seen[0][:, -1]

    def _held(self, place: int, count: int) -> CachedPrefix | None:
        """Where the beginning of a row is held; None if nothing of it is."""
        if self._cache is None or count == 0:
            return None
        slot = self._slots[place]
        return CachedPrefix(self._cache, slot, int(self._cache.starts[slot]), count)


def _empty_cache(lengths: Sequence[int], device: torch.device) -> KeyValueCache:
    width = max(lengths)
    starts = torch.tensor([width - length for length in lengths], device=device)
    return KeyValueCache(starts, width, width + _ROOM)
