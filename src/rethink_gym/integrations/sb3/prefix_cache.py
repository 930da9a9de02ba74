"""Forward passes over rows of tokens that grow from step to step, with a KV cache.

In a rollout of Stable-Baselines3 each row has one token more than in the step before. After
the end of a message, the environment's next message is appended, or another dialogue starts.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.generation.cache import Block, CachedPrefix, KeyValueCache
from rethink_gym.agents.policies.generation.generic import ForwardDecoder
from rethink_gym.agents.policies.generation.prefix_cache import fingerprint
from rethink_gym.integrations.sb3.forward import Row, forward_rows, hook_output_layer

__all__ = ["RowPrefixCache"]

_FREE_COLUMNS = 64
"""Number of free columns of a new KV cache."""


class RowPrefixCache:
    """Predicts the next tokens of rows that grow, and reuses the KV rows of the last call.

    Args:
        model: Any causal language model. If it does not cache keys and values for each
            token, every row is recomputed in each call.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._decoder = ForwardDecoder(model) if ForwardDecoder.supports(model) else None
        self._weights: tuple[int, ...] = ()
        self._texts: list[bytes] = []
        """The rows of the last call as bytes, in the order of the caller."""
        self._slots: list[int] = []
        """Row of the KV cache for each of them."""
        self._cache: KeyValueCache | None = None

    @torch.no_grad()
    def forward(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
        """Predict the token after each row, without gradients.

        Args:
            rows: The rows, in the same order as in the last call. A row that does not
                continue its predecessor is computed from its first token.

        Returns:
            Logits and hidden states, as `forward_rows` returns them.
        """
        if self._decoder is None:
            return forward_rows(self._model, rows)
        weights = fingerprint(self._model)
        if weights != self._weights or len(rows) != len(self._texts):
            self._weights, self._texts, self._slots = weights, [b""] * len(rows), []
        texts = [row.tobytes() for row in rows]
        num_cached = [
            len(old) // row.itemsize if new.startswith(old) and len(new) > len(old) else 0
            for old, new, row in zip(self._texts, texts, rows, strict=True)
        ]
        # The common case is that every row has exactly one new token.
        grown = [index for index, row in enumerate(rows) if num_cached[index] == len(row) - 1 > 0]
        if self._cache is None or len(grown) < len(rows):
            logits, hidden = self._rebuild(self._decoder, rows, num_cached, grown)
        else:
            self._cache.advance(1)
            by_slot = sorted(grown, key=self._slots.__getitem__)
            logits, hidden = self._decode_newest(self._decoder, rows, by_slot, self._cache)
        self._texts = texts
        return logits[self._slots], hidden[self._slots]

    def _rebuild(
        self,
        decoder: ForwardDecoder,
        rows: Sequence[Row],
        num_cached: Sequence[int],
        grown: list[int],
    ) -> tuple[Tensor, Tensor]:
        """Build a new KV cache if not every row grew by one token; returns in its order."""
        others = [index for index in range(len(rows)) if index not in set(grown)]
        other_cache, *other_outputs = self._prefill(decoder, rows, num_cached, others)
        order = [*grown, *others]
        lengths = [len(rows[index]) for index in order]
        cache = _empty_cache(lengths, self._model.device)
        prefixes = [self._cached_prefix(index, num_cached[index]) for index in grown]
        prefixes += [
            CachedPrefix(other_cache, row, other_cache.length - len(rows[index]), len(rows[index]))
            for row, index in enumerate(others)
        ]
        cache.copy_prefixes(prefixes, lengths)
        self._cache = cache
        self._slots = [order.index(index) for index in range(len(rows))]
        if not grown:
            return other_outputs[0], other_outputs[1]
        cache.num_active = len(grown)  # the others are complete already
        grown_outputs = self._decode_newest(decoder, rows, grown, cache)
        cache.num_active = len(rows)
        both = zip(grown_outputs, other_outputs, strict=True)
        logits, hidden = (torch.cat(parts) for parts in both)
        return logits, hidden

    def _prefill(
        self,
        decoder: ForwardDecoder,
        rows: Sequence[Row],
        num_cached: Sequence[int],
        indices: list[int],
    ) -> tuple[KeyValueCache, Tensor, Tensor]:
        """Compute rows with several new tokens, in a KV cache of their own."""
        lengths = [len(rows[index]) for index in indices]
        num_new = [len(rows[index]) - num_cached[index] for index in indices]
        device = self._model.device
        cache = _empty_cache(lengths, device)
        cache.copy_prefixes(
            [self._cached_prefix(index, num_cached[index]) for index in indices], lengths
        )
        token_ids = np.zeros((len(indices), max(num_new)), dtype=np.int64)
        is_new = np.zeros(token_ids.shape, dtype=np.bool_)
        for row, (index, count) in enumerate(zip(indices, num_new, strict=True)):
            token_ids[row, -count:] = rows[index][-count:]
            is_new[row, -count:] = True
        mask = None if is_new.all() else torch.from_numpy(is_new).to(device)
        block = Block(torch.from_numpy(token_ids).to(device), mask)
        return cache, *self._decode(decoder, block, cache)

    def _decode_newest(
        self,
        decoder: ForwardDecoder,
        rows: Sequence[Row],
        indices: Sequence[int],
        cache: KeyValueCache,
    ) -> tuple[Tensor, Tensor]:
        """Compute the last token of the rows in the active part of a KV cache, in this order."""
        newest = np.array([[rows[index][-1]] for index in indices])
        block = Block(torch.from_numpy(newest).to(self._model.device), None)
        return self._decode(decoder, block, cache)

    def _decode(
        self, decoder: ForwardDecoder, block: Block, cache: KeyValueCache
    ) -> tuple[Tensor, Tensor]:
        with hook_output_layer(self._model, lambda hidden: hidden[:, -1:]) as recorded:
            logits = decoder.decode(block, cache)
        return logits, recorded[0][:, -1]

    def _cached_prefix(self, index: int, count: int) -> CachedPrefix | None:
        if self._cache is None or count == 0:
            return None
        slot = self._slots[index]
        return CachedPrefix(self._cache, slot, int(self._cache.starts[slot]), count)


def _empty_cache(lengths: Sequence[int], device: torch.device) -> KeyValueCache:
    width = max(lengths)
    starts = torch.tensor([width - length for length in lengths], device=device)
    return KeyValueCache(starts, width, width + _FREE_COLUMNS)
