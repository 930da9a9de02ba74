"""Draws messages for many prompts: shared prompts computed once, the cache kept across calls."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.generation.cache import Block, Decoder, KeyValueCache
from rethink_gym.agents.policies.generation.generic import ForwardDecoder, RecomputingDecoder
from rethink_gym.agents.policies.generation.llama import LlamaDecoder
from rethink_gym.agents.policies.generation.loop import (
    GeneratedSequence,
    GenerationConfig,
    draw_messages,
)
from rethink_gym.agents.policies.generation.prefix_cache import PrefixCache, fingerprint

__all__ = ["DecodingEngine", "make_decoder"]

_FIRST_ROOM = 64
"""Columns to make room for at first; further ones are made when they are needed."""


class DecodingEngine:
    """Draws messages from a causal language model.

    The keys and values of the last call stay in memory, and prompts of the next call
    that begin with what they hold continue from there. A change of the weights makes
    them void.

    Args:
        model: The model.
        max_rows: Most prompts decoded side by side; more take the rows of those that are
            finished.
        max_kept_bytes: Most memory for keys and values kept between two calls.

    Attributes:
        max_rows: Most prompts decoded side by side.
        num_prefilled: How many tokens of prompts were computed so far; those found
            in a cache, and those of a prompt that was computed for another row,
            do not count.
    """

    def __init__(
        self, model: PreTrainedModel, *, max_rows: int = 256, max_kept_bytes: int = 2**30
    ) -> None:
        self.num_prefilled = 0
        self._model = model
        self.max_rows = max_rows
        self._max_kept_bytes = max_kept_bytes
        self._kept: PrefixCache | None = None

    def forget(self) -> None:
        """Free the keys and values kept from the last call."""
        self._kept = None

    @torch.inference_mode()
    def generate(
        self, prompts: Sequence[tuple[int, ...]], rules: GenerationConfig
    ) -> list[GeneratedSequence]:
        """Draw one message per prompt.

        Args:
            prompts: Token ids, none empty, each shorter than ``rules.max_length``.
            rules: How to draw, and when to stop.

        Returns:
            The messages, in order.
        """
        weights = fingerprint(self._model)
        if self._kept is not None and self._kept.weights != weights:
            self._kept = None
        max_new_tokens = rules.sampling.max_new_tokens
        asked = _Prompts(self._model, prompts, max_new_tokens, self._kept, self._max_kept_bytes)
        drawn = draw_messages(asked.decoder, asked, rules, self.max_rows)
        self.num_prefilled += asked.num_prefilled
        self._kept = PrefixCache(weights)
        for cache, places in asked.finished:
            self._kept.add(
                cache,
                [prompts[place] for place in places],
                [drawn[place].token_ids for place in places],
            )
        return drawn


class _Prompts:
    """The prompts of one call, and the rows that hold them with their messages."""

    def __init__(
        self,
        model: PreTrainedModel,
        prompts: Sequence[tuple[int, ...]],
        max_new_tokens: int,
        kept: PrefixCache | None,
        max_kept_bytes: int,
    ) -> None:
        self.lengths = [len(prompt) for prompt in prompts]
        self.decoder = make_decoder(model)
        self.num_prefilled = 0
        self.finished: list[tuple[KeyValueCache, Sequence[int]]] = []
        self._num_bytes_left = max_kept_bytes
        self._prompts = prompts
        self._device = model.device
        self._kept = kept
        self._room = min(max_new_tokens, _FIRST_ROOM)

    def read(self, places: range) -> tuple[KeyValueCache, Tensor]:
        """Compute some prompts, equal ones once; see `Prompts`."""
        prompts = self._prompts[places.start : places.stop]
        rows = {prompt: row for row, prompt in enumerate(dict.fromkeys(prompts))}
        is_shared = len(rows) < len(prompts)
        cache, logits = self._read(list(rows), 0 if is_shared else self._room)
        if not is_shared:
            return cache, logits
        copied = [rows[prompt] for prompt in prompts]
        return cache.spread(copied, cache.length + self._room), logits[copied]

    def keep(self, cache: KeyValueCache, places: Sequence[int], first_row: int) -> None:
        """Take back rows with their messages, if there is memory left; see `Prompts`."""
        if not places:
            return
        rows = slice(first_row, first_row + len(places))
        columns = slice(int(cache.starts[rows].min()) if first_row else 0, cache.length)
        num_entries = len(places) * (columns.stop - columns.start)
        num_bytes = cache.num_bytes * num_entries // (len(cache.starts) * cache.capacity)
        if num_bytes > self._num_bytes_left:
            return
        self._num_bytes_left -= num_bytes
        held = cache.extract(rows, columns) if first_row else cache
        self.finished.append((held, places))

    def _read(self, prompts: list[tuple[int, ...]], room: int) -> tuple[KeyValueCache, Tensor]:
        held = [self._kept.find(prompt) if self._kept else None for prompt in prompts]
        lengths = [len(prompt) for prompt in prompts]
        num_new = [
            length - (source.count if source else 0)
            for length, source in zip(lengths, held, strict=True)
        ]
        self.num_prefilled += sum(num_new)
        width, num_columns = max(lengths), max(num_new)
        token_ids = np.zeros((len(prompts), num_columns), dtype=np.int64)
        for row, (prompt, count) in enumerate(zip(prompts, num_new, strict=True)):
            token_ids[row, num_columns - count :] = prompt[len(prompt) - count :]
        is_new = None
        if min(num_new) < num_columns:
            paddings = num_columns - torch.tensor(num_new, device=self._device)
            is_new = torch.arange(num_columns, device=self._device) >= paddings[:, None]
        starts = torch.tensor([width - length for length in lengths], device=self._device)
        cache = KeyValueCache(starts, width, width + room)
        cache.take(held, lengths)
        block = Block(torch.from_numpy(token_ids).to(self._device), is_new)
        return cache, self.decoder.decode(block, cache)


def make_decoder(model: PreTrainedModel) -> Decoder:
    """Build the fastest decoder that serves a model."""
    if LlamaDecoder.serves(model):
        return LlamaDecoder(model)
    if ForwardDecoder.serves(model):
        return ForwardDecoder(model)
    return RecomputingDecoder(model)
