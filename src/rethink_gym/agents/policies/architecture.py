"""Which models are built like Llama, so that their parts may be used one by one."""

from transformers import PreTrainedModel

__all__ = ["is_llama_like"]

_ARCHITECTURES = frozenset(
    {"LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"}
)
_CHANGING_ROPES = frozenset({"dynamic", "longrope"})


def is_llama_like(model: PreTrainedModel) -> bool:
    """Whether a model mixes tokens by plain causal attention, and turns queries and keys by place.

    Args:
        model: Any model.

    Returns:
        True for Llama, Mistral, Qwen2 and Qwen3 as transformers builds them, without
        sliding windows, with a rotary embedding whose frequencies do not depend on the
        length.
    """
    kind = type(model)
    if kind.__name__ not in _ARCHITECTURES or not kind.__module__.startswith("transformers."):
        return False
    slides = any(getattr(layer.self_attn, "sliding_window", None) for layer in model.model.layers)
    # Mistral's layers do not know: the model makes the mask.
    slides = slides or (
        kind.__name__ == "MistralForCausalLM" and model.config.sliding_window is not None
    )
    return not slides and model.model.rotary_emb.rope_type not in _CHANGING_ROPES
