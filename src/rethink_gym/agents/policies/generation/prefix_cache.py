"""What stays in memory between two calls: rows of keys and values, found by their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rethink_gym.agents.policies.generation.cache import CachedPrefix, KeyValueCache

__all__ = ["PrefixCache", "fingerprint"]


@dataclass(frozen=True, slots=True)
class _Row:
    token_bytes: bytes
    held: CachedPrefix


class PrefixCache:
    """Rows of caches, to be found by the beginning of a token sequence.

    Args:
        weights: The `fingerprint` of the weights that computed them.
    """

    def __init__(self, weights: tuple[int, ...]) -> None:
        self.weights = weights
        self._by_prompt: dict[bytes, list[_Row]] = {}
        self._prompt_lengths: list[int] = []

    def add(
        self,
        cache: KeyValueCache,
        prompts: Sequence[tuple[int, ...]],
        messages: Sequence[tuple[int, ...]],
    ) -> None:
        """Keep a cache.

        Args:
            cache: Holds a prompt and its message, but for the message's last token,
                in each row.
            prompts: The prompts, one per row.
            messages: The messages, as many.
        """
        starts = cache.starts.tolist()
        for row, (prompt, message) in enumerate(zip(prompts, messages, strict=True)):
            token_ids = prompt + message[:-1]
            held = CachedPrefix(cache, row, starts[row], len(token_ids))
            known = self._by_prompt.setdefault(_bytes(prompt), [])
            known.append(_Row(_bytes(token_ids), held))
        lengths = {len(prompt) for prompt in prompts} | set(self._prompt_lengths)
        self._prompt_lengths = sorted(lengths, reverse=True)

    def find(self, token_ids: tuple[int, ...]) -> CachedPrefix | None:
        """Find the longest row that a token sequence goes on from.

        A row serves only as a whole. So a conversation continues from what was
        computed for it, and a prompt that is asked a second time is computed a
        second time: it gives the same numbers to the last bit.

        Args:
            token_ids: The sequence.

        Returns:
            Where its beginning is held; None if no row is its beginning.
        """
        wanted = _bytes(token_ids)
        best: _Row | None = None
        for length in self._prompt_lengths:
            for row in self._by_prompt.get(wanted[: length * _ITEM_SIZE], ()):
                is_longer = best is None or row.held.count > best.held.count
                if is_longer and len(row.token_bytes) < len(wanted):
                    best = row if wanted.startswith(row.token_bytes) else best
        return best.held if best else None


def fingerprint(model: torch.nn.Module) -> tuple[int, ...]:
    """Return numbers that change whenever the weights of a model do.

    They are the place in memory and the version counter of every parameter and
    buffer. Writing through ``parameter.data`` escapes the counter; whoever does that
    calls ``forget()``.
    """
    numbers: list[int] = []
    for tensor in (*model.parameters(), *model.buffers()):
        numbers += (tensor.data_ptr(), 0 if tensor.is_inference() else tensor._version)
    return tuple(numbers)


_ITEM_SIZE = 4


def _bytes(token_ids: Sequence[int]) -> bytes:
    return np.asarray(token_ids, dtype=np.int32).tobytes()
