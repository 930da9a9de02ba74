"""Generate completions for many prompts: shared prompts computed once, KV rows reused."""

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
    generate_sequences,
)
from rethink_gym.agents.policies.generation.prefix_cache import PrefixCache, fingerprint

__all__ = ["DecodingEngine", "make_decoder"]

_FIRST_FREE_COLUMNS = 64
"""Maximum number of free columns that a new KV cache has; more are allocated when needed."""


class DecodingEngine:
    """Generates completions with a causal language model and a prefix cache.

    The KV rows of the last call are kept. Prompts of the next call that continue such a
    row compute only their new tokens. A change of the weights invalidates the rows.

    Args:
        model: The model.
        max_rows: Maximum number of prompts decoded side by side; further prompts take the
            rows of finished ones.
        max_cache_bytes: Maximum memory of the KV rows kept between two calls.

    Attributes:
        max_rows: Maximum number of prompts decoded side by side.
        num_prefilled: Number of prompt tokens computed so far. Tokens found in the prefix
            cache do not count, nor those of a prompt that another row shares.
    """

    def __init__(
        self, model: PreTrainedModel, *, max_rows: int = 256, max_cache_bytes: int = 2**30
    ) -> None:
        self.num_prefilled = 0
        self._model = model
        self.max_rows = max_rows
        self._max_cache_bytes = max_cache_bytes
        self._prefix_cache: PrefixCache | None = None

    def forget(self) -> None:
        """Empty the prefix cache."""
        self._prefix_cache = None

    @torch.inference_mode()
    def generate(
        self, prompts: Sequence[tuple[int, ...]], config: GenerationConfig
    ) -> list[GeneratedSequence]:
        """Generate one completion per prompt.

        Args:
            prompts: Token ids, none empty, each shorter than ``config.max_length``.
            config: How to sample, and when to stop.

        Returns:
            The completions, in order.
        """
        weights = fingerprint(self._model)
        if self._prefix_cache is not None and self._prefix_cache.weights != weights:
            self._prefix_cache = None
        max_new_tokens = config.sampling.max_new_tokens
        batch = _PromptBatch(
            self._model, prompts, max_new_tokens, self._prefix_cache, self._max_cache_bytes
        )
        sequences = generate_sequences(batch.decoder, batch, config, self.max_rows)
        self.num_prefilled += batch.num_prefilled
        self._prefix_cache = PrefixCache(weights)
        for cache, indices in batch.finished:
            self._prefix_cache.add(
                cache,
                [prompts[index] for index in indices],
                [sequences[index].token_ids for index in indices],
            )
        return sequences


class _PromptBatch:
    """The prompts of one call, and the KV rows of their finished completions."""

    def __init__(
        self,
        model: PreTrainedModel,
        prompts: Sequence[tuple[int, ...]],
        max_new_tokens: int,
        prefix_cache: PrefixCache | None,
        max_cache_bytes: int,
    ) -> None:
        self.lengths = [len(prompt) for prompt in prompts]
        self.decoder = make_decoder(model)
        self.num_prefilled = 0
        self.finished: list[tuple[KeyValueCache, Sequence[int]]] = []
        self._num_bytes_left = max_cache_bytes
        self._prompts = prompts
        self._device = model.device
        self._prefix_cache = prefix_cache
        self._num_free_columns = min(max_new_tokens, _FIRST_FREE_COLUMNS)

    def prefill(self, indices: range) -> tuple[KeyValueCache, Tensor]:
        """Compute some prompts, equal ones once; see `Prompts`."""
        prompts = self._prompts[indices.start : indices.stop]
        rows = {prompt: row for row, prompt in enumerate(dict.fromkeys(prompts))}
        is_shared = len(rows) < len(prompts)
        cache, logits = self._prefill_distinct(
            list(rows), 0 if is_shared else self._num_free_columns
        )
        if not is_shared:
            return cache, logits
        copied = [rows[prompt] for prompt in prompts]
        return cache.select_rows(copied, cache.length + self._num_free_columns), logits[copied]

    def store(self, cache: KeyValueCache, indices: Sequence[int], first_row: int) -> None:
        """Keep finished rows if there is memory left; see `Prompts`."""
        if not indices:
            return
        rows = slice(first_row, first_row + len(indices))
        columns = slice(int(cache.starts[rows].min()) if first_row else 0, cache.length)
        num_entries = len(indices) * (columns.stop - columns.start)
        num_bytes = cache.num_bytes * num_entries // (len(cache.starts) * cache.capacity)
        if num_bytes > self._num_bytes_left:
            return
        self._num_bytes_left -= num_bytes
        stored = cache.extract(rows, columns) if first_row else cache
        self.finished.append((stored, indices))

    def _prefill_distinct(
        self, prompts: list[tuple[int, ...]], num_free_columns: int
    ) -> tuple[KeyValueCache, Tensor]:
        cached = [
            self._prefix_cache.find(prompt) if self._prefix_cache else None for prompt in prompts
        ]
        lengths = [len(prompt) for prompt in prompts]
        num_new = [
            length - (prefix.count if prefix else 0)
            for length, prefix in zip(lengths, cached, strict=True)
        ]
        self.num_prefilled += sum(num_new)
        width, num_columns = max(lengths), max(num_new)
        # Only the new tokens are computed, padded on the left to the longest row of them.
        token_ids = np.zeros((len(prompts), num_columns), dtype=np.int64)
        for row, (prompt, count) in enumerate(zip(prompts, num_new, strict=True)):
            token_ids[row, num_columns - count :] = prompt[len(prompt) - count :]
        is_new = None
        if min(num_new) < num_columns:
            paddings = num_columns - torch.tensor(num_new, device=self._device)
            is_new = torch.arange(num_columns, device=self._device) >= paddings[:, None]
        starts = torch.tensor([width - length for length in lengths], device=self._device)
        cache = KeyValueCache(starts, width, width + num_free_columns)
        cache.copy_prefixes(cached, lengths)
        block = Block(torch.from_numpy(token_ids).to(self._device), is_new)
        return cache, self.decoder.decode(block, cache)


def make_decoder(model: PreTrainedModel) -> Decoder:
    """Return the fastest decoder that supports a model."""
    if LlamaDecoder.supports(model):
        return LlamaDecoder(model)
    if ForwardDecoder.supports(model):
        return ForwardDecoder(model)
    return RecomputingDecoder(model)
