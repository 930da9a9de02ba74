"""Prefix cache: KV rows reused across calls, looked up by token prefix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rethink_gym.agents.policies.generation.cache import CachedPrefix, KeyValueCache

__all__ = ["PrefixCache", "fingerprint"]


@dataclass(frozen=True, slots=True)
class _Entry:
    token_bytes: bytes
    prefix: CachedPrefix


class PrefixCache:
    """KV rows of earlier prompts and completions, looked up by token prefix.

    Args:
        weights: The `fingerprint` of the weights that computed the rows.
    """

    def __init__(self, weights: tuple[int, ...]) -> None:
        self.weights = weights
        self._entries_by_prompt: dict[bytes, list[_Entry]] = {}
        self._prompt_lengths: list[int] = []

    def add(
        self,
        cache: KeyValueCache,
        prompts: Sequence[tuple[int, ...]],
        completions: Sequence[tuple[int, ...]],
    ) -> None:
        """Add the rows of a KV cache.

        Args:
            cache: KV cache; each row holds a prompt and its completion, except the last
                token of the completion.
            prompts: The prompts, one per row.
            completions: The completions, one per row.
        """
        starts = cache.starts.tolist()
        for row, (prompt, completion) in enumerate(zip(prompts, completions, strict=True)):
            token_ids = prompt + completion[:-1]
            prefix = CachedPrefix(cache, row, starts[row], len(token_ids))
            entries = self._entries_by_prompt.setdefault(_bytes(prompt), [])
            entries.append(_Entry(_bytes(token_ids), prefix))
        lengths = {len(prompt) for prompt in prompts} | set(self._prompt_lengths)
        self._prompt_lengths = sorted(lengths, reverse=True)

    def find(self, token_ids: tuple[int, ...]) -> CachedPrefix | None:
        """Find the longest row that is a proper prefix of a token sequence.

        Only whole rows are reused. So a conversation continues from its own rows, and a
        prompt that is asked again is computed again: its numbers are equal to the last
        bit.

        Args:
            token_ids: The token sequence.

        Returns:
            The row and its number of tokens; None if no row is a proper prefix.
        """
        wanted = _bytes(token_ids)
        best: _Entry | None = None
        for length in self._prompt_lengths:
            for entry in self._entries_by_prompt.get(wanted[: length * _ITEM_SIZE], ()):
                is_longer = best is None or entry.prefix.count > best.prefix.count
                # A proper prefix: at least one token must be new, or no logits would be
                # computed for the row.
                if is_longer and len(entry.token_bytes) < len(wanted):
                    best = entry if wanted.startswith(entry.token_bytes) else best
        return best.prefix if best else None


def fingerprint(model: torch.nn.Module) -> tuple[int, ...]:
    """Return numbers that change whenever the weights of a model change.

    They are the memory address and the version counter of every parameter and buffer.
    Writing through ``parameter.data`` does not increase the counter; code that does so
    must call ``forget()``.
    """
    numbers: list[int] = []
    for tensor in (*model.parameters(), *model.buffers()):
        numbers += (tensor.data_ptr(), 0 if tensor.is_inference() else tensor._version)
    return tuple(numbers)


_ITEM_SIZE = 4


def _bytes(token_ids: Sequence[int]) -> bytes:
    return np.asarray(token_ids, dtype=np.int32).tobytes()
