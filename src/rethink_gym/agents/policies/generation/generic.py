"""Decoders for any causal language model of transformers, by the model's own forward pass."""

import inspect
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.cache_utils import (
    Cache,
    CacheLayerMixin,
    DynamicCache,
    DynamicLayer,
    DynamicSlidingWindowLayer,
)

from rethink_gym.agents.policies.generation.cache import Block, KeyValueCache

__all__ = ["ForwardDecoder", "RecomputingDecoder"]


class ForwardDecoder:
    """Calls a model's forward pass with our KV cache instead of its own.

    Args:
        model: A model for which `supports` returns True.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._keeps_logits = "logits_to_keep" in inspect.signature(model.forward).parameters

    @staticmethod
    def supports(model: PreTrainedModel) -> bool:
        """Whether a model takes positions and caches nothing but attention keys and values."""
        parameters = inspect.signature(model.forward).parameters
        if not {"attention_mask", "position_ids", "past_key_values"} <= set(parameters):
            return False
        layers = DynamicCache(config=model.config).layers
        return len(layers) == model.config.get_text_config().num_hidden_layers and all(
            type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers
        )

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Compute the logits that follow new tokens; see `Decoder`."""
        starts = cache.starts[: cache.num_active, None]
        columns = torch.arange(cache.length, device=starts.device)
        num_new = block.token_ids.shape[1]
        positions = (columns[None, -num_new:] - starts).clamp(min=0)
        num_layers = self._model.config.get_text_config().num_hidden_layers
        layers: list[Any] = [_Layer(index, block, cache) for index in range(num_layers)]
        options = {"logits_to_keep": 1} if self._keeps_logits else {}
        output = self._model(
            input_ids=block.token_ids,
            attention_mask=(columns >= starts).long(),
            position_ids=positions,
            past_key_values=Cache(layers=layers),
            use_cache=True,
            **options,
        )
        logits: Tensor = output.logits[:, -1]
        return logits


class RecomputingDecoder:
    """Recomputes every sequence for every token: slow, and correct for any causal model.

    It is for models that cache something else than keys and values, or that do not take
    positions. Rows are padded on the right, where a causal model never attends. The KV
    cache holds the token ids themselves.

    Args:
        model: The model.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Compute the logits that follow new tokens; see `Decoder`."""
        tokens = block.token_ids[:, None, :, None]
        keys, _ = write(0, tokens, tokens, block, cache)
        cached_ids = keys[:, 0, :, 0]
        starts = cache.starts[: cache.num_active, None]
        columns = torch.arange(cache.length, device=starts.device)
        # Move the padding from the left of each row to its right.
        shifted = cached_ids.gather(1, (columns + starts).clamp(max=cache.length - 1))
        logits: Tensor = self._model(input_ids=shifted, use_cache=False).logits
        rows = torch.arange(len(starts), device=starts.device)
        return logits[rows, cache.length - 1 - starts[:, 0]]


def write(
    index: int, keys: Tensor, values: Tensor, block: Block, cache: KeyValueCache
) -> tuple[Tensor, Tensor]:
    """Write the keys and values of a block into a layer of a KV cache.

    Args:
        index: Index of the layer.
        keys: New keys, shape ``(rows, heads, columns of the block, size)``.
        values: New values, same shape.
        block: The tokens they belong to; padding is not written.
        cache: KV cache to write to.

    Returns:
        All keys and values of the active rows, views of the cache of shape
        ``(rows, heads, columns in use, size)``.
    """
    num_new = keys.shape[2]
    in_use = []
    for cached, new in zip(cache.layer(index, keys, values), (keys, values), strict=True):
        used = cached[: cache.num_active, :, : cache.length]
        newest = used[:, :, -num_new:]
        if block.is_new is None:
            newest.copy_(new)
        else:
            torch.where(block.is_new[:, None, :, None], new, newest, out=newest)
        in_use.append(used)
    return in_use[0], in_use[1]


class _Layer(CacheLayerMixin):  # type: ignore[no-untyped-call]  # untyped
    """One layer of our KV cache with the interface that transformers expects."""

    is_sliding = False

    def __init__(self, index: int, block: Block, cache: KeyValueCache) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped
        self._index, self._block, self._cache = index, block, cache
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: object, **kwargs: object
    ) -> tuple[Tensor, Tensor]:
        return write(self._index, key_states, value_states, self._block, self._cache)

    def get_seq_length(self) -> int:
        return self._cache.length - self._block.token_ids.shape[1]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self._cache.length, 0

    def get_max_length(self) -> int:
        return -1

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Do nothing: the KV cache allocates its layers itself."""
