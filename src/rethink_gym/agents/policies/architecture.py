"""Which models are built like Llama, so that their parts can be called one by one."""

from transformers import PreTrainedModel

__all__ = ["is_llama_like"]

_ARCHITECTURES = frozenset(
    {"LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"}
)
_LENGTH_DEPENDENT_ROPES = frozenset({"dynamic", "longrope"})


def is_llama_like(model: PreTrainedModel) -> bool:
    """Whether a model has plain causal attention and fixed rotary position embeddings.

    Args:
        model: Any model.

    Returns:
        True for Llama, Mistral, Qwen2 and Qwen3 of transformers, without sliding windows,
        and with a rotary embedding whose frequencies do not depend on the length.
    """
    kind = type(model)
    if kind.__name__ not in _ARCHITECTURES or not kind.__module__.startswith("transformers."):
        return False
    has_window = any(
        getattr(layer.self_attn, "sliding_window", None) for layer in model.model.layers
    )
    # Mistral's layers do not have the attribute: the model itself builds the mask.
    has_window = has_window or (
        kind.__name__ == "MistralForCausalLM" and model.config.sliding_window is not None
    )
    return not has_window and model.model.rotary_emb.rope_type not in _LENGTH_DEPENDENT_ROPES
