"""Decoders for every causal language model of transformers, through its own forward."""

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
    """Calls a model's forward with our cache in the place of its own.

    Args:
        model: A model of which `serves` is true.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._keeps_logits = "logits_to_keep" in inspect.signature(model.forward).parameters

    @staticmethod
    def serves(model: PreTrainedModel) -> bool:
        """Whether a model only keeps attention keys and values, and takes positions."""
        parameters = inspect.signature(model.forward).parameters
        if not {"attention_mask", "position_ids", "past_key_values"} <= set(parameters):
            return False
        layers = DynamicCache(config=model.config).layers
        return len(layers) == model.config.get_text_config().num_hidden_layers and all(
            type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers
        )

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Read new tokens; see `Decoder`."""
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
    """Computes every sequence anew for every token: slow, and right for any causal model.

    For models whose state is no list of keys and values, or that take no positions.
    Padding stands on the right, where a causal model never sees it. What the cache
    holds are the token ids themselves.

    Args:
        model: The model.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Read new tokens; see `Decoder`."""
        tokens = block.token_ids[:, None, :, None]
        keys, _ = write(0, tokens, tokens, block, cache)
        held = keys[:, 0, :, 0]
        starts = cache.starts[: cache.num_active, None]
        columns = torch.arange(cache.length, device=starts.device)
        shifted = held.gather(1, (columns + starts).clamp(max=cache.length - 1))
        logits: Tensor = self._model(input_ids=shifted, use_cache=False).logits
        rows = torch.arange(len(starts), device=starts.device)
        return logits[rows, cache.length - 1 - starts[:, 0]]


def write(
    index: int, keys: Tensor, values: Tensor, block: Block, cache: KeyValueCache
) -> tuple[Tensor, Tensor]:
    """Write the keys and values of a block into a layer of a cache.

    Args:
        index: Which layer.
        keys: Shape ``(rows, heads, columns of the block, size)``.
        values: Same.
        block: The tokens they belong to; padding is not written.
        cache: Where to.

    Returns:
        All keys and values of the active rows, views of the cache of shape
        ``(rows, heads, columns in use, size)``.
    """
    num_new = keys.shape[2]
    whole = []
    for part, new in zip(cache.layer(index, keys, values), (keys, values), strict=True):
        used = part[: cache.num_active, :, : cache.length]
        place = used[:, :, -num_new:]
        if block.is_new is None:
            place.copy_(new)
        else:
            torch.where(block.is_new[:, None, :, None], new, place, out=place)
        whole.append(used)
    return whole[0], whole[1]


class _Layer(CacheLayerMixin):  # type: ignore[no-untyped-call]  # no types there
    """One layer of our cache in the clothes that transformers expects."""

    is_sliding = False

    def __init__(self, index: int, block: Block, cache: KeyValueCache) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # no types there
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
        """Nothing to do: the cache makes its layers itself."""
