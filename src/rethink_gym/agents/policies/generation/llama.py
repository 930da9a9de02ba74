"""Fast decoder of Llama-like models: their own weights, without their modules.

It supports Llama, Mistral, Qwen2 and Qwen3 of transformers, with biases, grouped queries,
tied embeddings and every rotary embedding whose frequencies do not depend on the length.
All other models are left to `ForwardDecoder`, for instance those with sliding windows,
adapters around the linear layers, hooks or quantized weights.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from rethink_gym.agents.policies.architecture import is_llama_like
from rethink_gym.agents.policies.generation.cache import Block, KeyValueCache
from rethink_gym.agents.policies.generation.weights import (
    LayerWeights,
    LinearWeights,
    NormWeights,
)

__all__ = ["LlamaDecoder"]

_MAX_PREFILL_TOKENS = 8192
"""Maximum number of tokens of a prefill step; bounds its memory."""


class LlamaDecoder:
    """Decodes with the weights of a Llama-like model; they are not copied.

    Args:
        model: A model for which `supports` returns True.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        body, attention = model.model, model.model.layers[0].self_attn
        self._embedding: Tensor = body.embed_tokens.weight
        self._layers = [LayerWeights(layer) for layer in body.layers]
        self._norm = NormWeights(body.norm)
        self._head = LinearWeights(model.lm_head)
        self._rotary = body.rotary_emb
        self._cos = self._sin = self._embedding.new_zeros((0, 1, 0))
        self._head_dim: int = attention.head_dim
        self._scaling: float = attention.scaling
        self._num_heads: int = attention.q_proj.out_features // self._head_dim
        self._num_groups: int = attention.k_proj.out_features // self._head_dim

    @staticmethod
    def supports(model: PreTrainedModel) -> bool:
        """Whether a model is built as this decoder expects."""
        if not is_llama_like(model):
            return False
        body, config = model.model, model.config
        layers = list(body.layers)
        linear = [model.lm_head]
        norms = [body.norm]
        for layer in layers:
            attention, mlp = layer.self_attn, layer.mlp
            linear += (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj)
            linear += (mlp.gate_proj, mlp.up_proj, mlp.down_proj)
            norms += (layer.input_layernorm, layer.post_attention_layernorm)
            if hasattr(attention, "q_norm"):
                norms += (attention.q_norm, attention.k_norm)
        is_plain = (
            type(body.embed_tokens) is nn.Embedding
            and all(type(module) is nn.Linear for module in linear)
            and all(type(module).__name__.endswith("RMSNorm") for module in norms)
        )
        is_hooked = any(
            module._forward_hooks or module._forward_pre_hooks or "forward" in vars(module)
            for module in model.modules()
        )
        return (
            is_plain
            and not is_hooked
            and len(layers) == config.num_hidden_layers
            and config.hidden_act == "silu"
            and len({parameter.device for parameter in model.parameters()}) == 1
            and len({parameter.dtype for parameter in model.parameters()}) == 1
        )

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Compute the logits that follow new tokens; see `Decoder`."""
        if len(self._cos) < cache.capacity:
            self._tabulate_rotary(cache.capacity)
        if block.token_ids.shape[1] == 1 and block.is_new is None and cache.keys:
            hidden = self._step(block.token_ids[:, 0], cache)
        else:
            hidden = self._prefill(block, cache)
        return self._head(self._norm(hidden))

    def _step(self, token_ids: Tensor, cache: KeyValueCache) -> Tensor:
        """Compute one token per row; returns the last hidden states, ``(rows, width)``."""
        num_rows, length = cache.num_active, cache.length
        num_queries, num_groups, size = self._num_heads, self._num_groups, self._head_dim
        split, last = num_queries * size, length - 1
        rows, row_groups = slice(num_rows), slice(num_rows * num_groups)
        positions = last - cache.starts[rows]
        cos, sin = self._cos.index_select(0, positions), self._sin.index_select(0, positions)
        bias = cache.padding_bias(num_groups, self._embedding.dtype)
        hidden = functional.embedding(token_ids, self._embedding)
        # Queries and keys are side by side, so that they are rotated at once. All layers
        # use the same memory and the same views of it.
        projected = hidden.new_empty((num_rows, num_queries + num_groups, size))
        rotated = torch.empty_like(projected)
        query_part, key_part = projected.flatten(1).tensor_split((split,), dim=1)
        query_heads, key_heads = projected.tensor_split((num_queries,), dim=1)
        queries, new_keys = rotated.tensor_split((num_queries,), dim=1)
        front, back = projected.chunk(2, dim=-1)
        rotated_front, rotated_back = rotated.chunk(2, dim=-1)
        sin_front, sin_back = sin.chunk(2, dim=-1)
        for layer, all_keys, all_values in zip(self._layers, cache.keys, cache.values, strict=True):
            inputs = layer.input_norm(hidden)
            layer.query.write(query_part, inputs)
            layer.key.write(key_part, inputs)
            if layer.query_norm is not None and layer.key_norm is not None:
                query_heads.copy_(layer.query_norm(query_heads))
                key_heads.copy_(layer.key_norm(key_heads))
            torch.mul(projected, cos, out=rotated)
            rotated_front.addcmul_(back, sin_front)
            rotated_back.addcmul_(front, sin_back)
            all_keys[rows, :, last] = new_keys
            all_values[rows, :, last] = layer.value(inputs).view(num_rows, num_groups, size)
            keys = all_keys.flatten(0, 1)[row_groups, :length]
            values = all_values.flatten(0, 1)[row_groups, :length]
            grouped = queries.reshape(-1, num_queries // num_groups, size)
            if bias is None:
                scores = grouped.bmm(keys.transpose(1, 2)).mul_(self._scaling)
            else:
                scores = torch.baddbmm(bias, grouped, keys.transpose(1, 2), alpha=self._scaling)
            weights = scores.softmax(-1, dtype=torch.float32).to(values.dtype)
            attended = weights.bmm(values).view(num_rows, split)
            hidden = layer.output.add_to(hidden, attended)
            hidden = layer.add_mlp(hidden)
        return hidden

    def _prefill(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Compute many tokens per row; padding costs time in the attention only."""
        num_rows, num_columns = block.token_ids.shape
        size = max(1, _MAX_PREFILL_TOKENS // num_columns)
        lasts = []
        for start in range(0, num_rows, size):
            rows = slice(start, min(start + size, num_rows))
            is_new = torch.ones_like(block.token_ids[rows], dtype=torch.bool)
            is_new = is_new if block.is_new is None else block.is_new[rows]
            lasts.append(self._prefill_rows(block.token_ids[rows], is_new, rows, cache))
        return torch.cat(lasts)

    def _prefill_rows(
        self, token_ids: Tensor, is_new: Tensor, rows: slice, cache: KeyValueCache
    ) -> Tensor:
        num_rows, num_columns = token_ids.shape
        length, size = cache.length, self._head_dim
        # All new tokens of all rows in one sequence: (tokens,).
        row, column = is_new.nonzero(as_tuple=True)
        cache_row, cache_column = row + rows.start, column + length - num_columns
        positions = cache_column - cache.starts[cache_row]
        cos, sin = self._cos[positions], self._sin[positions]
        columns = torch.arange(length, device=row.device)
        query_columns = columns[-num_columns:, None]
        mask = columns >= cache.starts[rows, None, None]
        mask = mask & (columns <= query_columns)
        # A padding query attends to itself: a row without any key would give NaN.
        mask = mask | (columns == query_columns)
        hidden = functional.embedding(token_ids[row, column], self._embedding)
        for index, layer in enumerate(self._layers):
            inputs = layer.input_norm(hidden)
            queries = layer.query(inputs).view(len(row), self._num_heads, size)
            new_keys = layer.key(inputs).view(len(row), self._num_groups, size)
            new_values = layer.value(inputs).view(len(row), self._num_groups, size)
            if layer.query_norm is not None and layer.key_norm is not None:
                queries, new_keys = layer.query_norm(queries), layer.key_norm(new_keys)
            queries = torch.addcmul(queries * cos, queries.roll(size // 2, -1), sin)
            new_keys = torch.addcmul(new_keys * cos, new_keys.roll(size // 2, -1), sin)
            keys, values = cache.layer(index, new_keys[:, :, None], new_values[:, :, None])
            keys[cache_row, :, cache_column] = new_keys
            values[cache_row, :, cache_column] = new_values
            padded = queries.new_zeros((num_rows, num_columns, self._num_heads, size))
            padded[row, column] = queries
            attended = functional.scaled_dot_product_attention(
                padded.transpose(1, 2),
                self._repeated(keys[rows, :, :length]),
                self._repeated(values[rows, :, :length]),
                attn_mask=mask[:, None],
                scale=self._scaling,
            )
            attended = attended.transpose(1, 2)[row, column].flatten(1)
            hidden = layer.output.add_to(hidden, attended)
            hidden = layer.add_mlp(hidden)
        return hidden[is_new.sum(dim=1).cumsum(dim=0) - 1]

    def _repeated(self, heads: Tensor) -> Tensor:
        """Repeat the keys or values of a group for each of its query heads."""
        per_group = self._num_heads // self._num_groups
        return heads if per_group == 1 else heads.repeat_interleave(per_group, dim=1)

    def _tabulate_rotary(self, num_positions: int) -> None:
        """Tabulate the rotary embedding, as `LlamaRotaryEmbedding` computes it.

        The rotation of a vector ``(a, b)`` of two halves is ``(a, b) * cos + (-b, a) * sin``.
        The table of sines includes the minus sign, so that the halves are only exchanged.
        """
        frequencies = self._rotary.inv_freq.float()
        positions = torch.arange(num_positions, device=frequencies.device).float()
        angles = torch.outer(positions, frequencies)
        scale, dtype = self._rotary.attention_scaling, self._embedding.dtype
        cos, sin = angles.cos() * scale, angles.sin() * scale
        self._cos = torch.cat((cos, cos), dim=-1).to(dtype)[:, None]
        self._sin = torch.cat((-sin, sin), dim=-1).to(dtype)[:, None]
