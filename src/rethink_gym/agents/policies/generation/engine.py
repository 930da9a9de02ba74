"""Draws messages for many prompts: shared prompts computed once, the cache kept across calls."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.generation.cache import KeyValueCache
from rethink_gym.agents.policies.generation.decoder import Block, Decoder
from rethink_gym.agents.policies.generation.generic import ForwardDecoder, RecomputingDecoder
from rethink_gym.agents.policies.generation.kept import KeptRows, fingerprint
from rethink_gym.agents.policies.generation.llama import LlamaDecoder
from rethink_gym.agents.policies.generation.loop import Drawn, Rules, draw_messages

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
        max_rows: Most prompts decoded side by side; more are taken in turns.
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
        self._kept: KeptRows | None = None

    def forget(self) -> None:
        """Free the keys and values kept from the last call."""
        self._kept = None

    @torch.inference_mode()
    def generate(self, prompts: Sequence[tuple[int, ...]], rules: Rules) -> list[Drawn]:
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
        decoder = make_decoder(self._model)
        keeping = KeptRows(weights, self._max_kept_bytes)
        drawn: list[Drawn] = []
        for start in range(0, len(prompts), self.max_rows):
            part = prompts[start : start + self.max_rows]
            cache, logits = self._prefill(decoder, part, rules.sampling.max_new_tokens)
            messages = draw_messages(decoder, cache, logits, rules)
            keeping.add(
                cache,
                part,
                [message.token_ids for message in messages],
                [message.row for message in messages],
            )
            drawn += messages
        self._kept = keeping
        return drawn

    def _prefill(
        self, decoder: Decoder, prompts: Sequence[tuple[int, ...]], max_new_tokens: int
    ) -> tuple[KeyValueCache, Tensor]:
        """Compute the prompts, equal ones once; returns cache and logits of all rows."""
        places = {prompt: place for place, prompt in enumerate(dict.fromkeys(prompts))}
        room = min(max_new_tokens, _FIRST_ROOM)
        is_shared = len(places) < len(prompts)
        cache, logits = self._prefill_rows(decoder, list(places), 0 if is_shared else room)
        if is_shared:
            rows = [places[prompt] for prompt in prompts]
            return cache.spread(rows, cache.length + room), logits[rows]
        return cache, logits

    def _prefill_rows(
        self, decoder: Decoder, prompts: list[tuple[int, ...]], room: int
    ) -> tuple[KeyValueCache, Tensor]:
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
        device = self._model.device
        is_new = None
        if min(num_new) < num_columns:
            paddings = num_columns - torch.tensor(num_new, device=device)
            is_new = torch.arange(num_columns, device=device) >= paddings[:, None]
        starts = torch.tensor([width - length for length in lengths], device=device)
        cache = KeyValueCache(starts, width, width + room)
        cache.take(held, lengths)
        block = Block(torch.from_numpy(token_ids).to(device), is_new)
        return cache, decoder.decode(block, cache)


def make_decoder(model: PreTrainedModel) -> Decoder:
    """Build the fastest decoder that serves a model."""
    if LlamaDecoder.serves(model):
        return LlamaDecoder(model)
    if ForwardDecoder.serves(model):
        return ForwardDecoder(model)
    return RecomputingDecoder(model)
