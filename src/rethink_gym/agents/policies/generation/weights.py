"""The weights of a Llama-like decoder layer, not copied, and the arithmetic with them."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from transformers.models.llama.modeling_llama import LlamaDecoderLayer

__all__ = ["LayerWeights", "LinearWeights", "NormWeights"]


_TRANSPOSED_ROWS = range(8, 33)
"""Numbers of rows for which wide products are computed in transposed form.

A weight times columns takes up to a third less time than rows times a transposed weight
(measured with MKL on AVX-512). With fewer rows it takes longer; with more, about as long.
"""


class LinearWeights:
    """The weights of a linear layer; all inputs have shape ``(rows, width)``.

    Args:
        module: The layer.
    """

    def __init__(self, module: nn.Linear) -> None:
        self._weight = module.weight.t()
        self._bias: Tensor | None = module.bias

    def __call__(self, inputs: Tensor) -> Tensor:
        """Apply the layer."""
        if self._bias is None:
            return inputs.mm(self._weight)
        return torch.addmm(self._bias, inputs, self._weight)

    def transposed(self, columns: Tensor) -> Tensor:
        """Apply the layer to transposed inputs, ``(width, rows)``; so are the outputs."""
        if self._bias is None:
            return self._weight.t().mm(columns)
        return torch.addmm(self._bias[:, None], self._weight.t(), columns)

    def write(self, outputs: Tensor, inputs: Tensor) -> None:
        """Write the result into an existing tensor."""
        if self._bias is None:
            torch.mm(inputs, self._weight, out=outputs)
        else:
            torch.addmm(self._bias, inputs, self._weight, out=outputs)

    def add_to(self, residual: Tensor, inputs: Tensor) -> Tensor:
        """Return a residual plus the result."""
        if self._bias is not None:
            residual = residual + self._bias
        return torch.addmm(residual, inputs, self._weight)


class NormWeights:
    """The weights of an RMS norm over the last axis.

    Args:
        module: RMS norm with ``weight`` and ``variance_epsilon``.
    """

    def __init__(self, module: Any) -> None:
        self._weight: Tensor = module.weight
        self._epsilon = torch.tensor(module.variance_epsilon, device=self._weight.device)
        self._fraction = 1 / len(self._weight)

    def __call__(self, inputs: Tensor) -> Tensor:
        """Apply the norm."""
        # One reduction for the norm takes half the time of squares and their mean.
        norms = torch.linalg.vector_norm(inputs, dim=-1, keepdim=True, dtype=torch.float32)
        scales = torch.addcmul(self._epsilon, norms, norms, value=self._fraction).rsqrt_()
        return (inputs * scales).to(inputs.dtype).mul_(self._weight)


class LayerWeights:
    """The weights of one decoder layer.

    Args:
        module: The layer.
    """

    def __init__(self, module: "LlamaDecoderLayer") -> None:
        attention, mlp = module.self_attn, module.mlp
        self.input_norm = NormWeights(module.input_layernorm)
        self.query = LinearWeights(attention.q_proj)
        self.key = LinearWeights(attention.k_proj)
        self.value = LinearWeights(attention.v_proj)
        self.output = LinearWeights(attention.o_proj)
        norms = (getattr(attention, "q_norm", None), getattr(attention, "k_norm", None))
        self.query_norm, self.key_norm = (NormWeights(norm) if norm else None for norm in norms)
        self._norm = NormWeights(module.post_attention_layernorm)
        self._gate = LinearWeights(mlp.gate_proj)
        self._up = LinearWeights(mlp.up_proj)
        self._down = LinearWeights(mlp.down_proj)

    def add_mlp(self, hidden: Tensor) -> Tensor:
        """Add the output of the multilayer perceptron to hidden states, ``(rows, width)``."""
        inputs = self._norm(hidden)
        if len(inputs) in _TRANSPOSED_ROWS:
            columns = inputs.t()
            gate = functional.silu(self._gate.transposed(columns), inplace=True)
            return hidden + self._down.transposed(gate.mul_(self._up.transposed(columns))).t()
        gate = functional.silu(self._gate(inputs), inplace=True)
        return self._down.add_to(hidden, gate.mul_(self._up(inputs)))
