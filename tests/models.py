"""Small random language models and tokenizers, built without any download."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import nn
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

CHAT_TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nBe helpful.<|im_end|>\n{% endif %}"
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""Qwen's template: a newline follows the end token, and a system message may be added."""

_CORPUS = [
    "Compute 12 + 30 and write the answer on a last line.",
    "There might be an error in the solution, so correct it and write the whole solution again.",
    "The answer is 42. The answer is 7. The answer is not the answer.",
] * 4


def make_tokenizer(
    *, chat_template: str | None = CHAT_TEMPLATE, pad_is_end: bool = False, bos: bool = False
) -> PreTrainedTokenizerFast:
    """Build a byte-level BPE tokenizer of about 350 tokens, with real merges.

    Args:
        chat_template: Chat template; None for a tokenizer without one.
        pad_is_end: Whether the padding token is the end token.
        bos: Whether texts begin with a beginning-of-text token.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|pad|>", "<|im_start|>", "<|im_end|>", "<s>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(_CORPUS, trainer)
    if bos:
        start = ("<s>", tokenizer.token_to_id("<s>"))
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[start]
        )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        bos_token="<s>" if bos else None,
        pad_token="<|im_end|>" if pad_is_end else "<|pad|>",
        additional_special_tokens=[AddedToken("<|im_start|>", special=True)],
        chat_template=chat_template,
        clean_up_tokenization_spaces=False,
    )


def text_of(tokenizer: PreTrainedTokenizerBase, token_ids: Sequence[int]) -> str:
    """Decode tokens, the special ones included."""
    return str(tokenizer.decode(list(token_ids)))


def letters_of(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Encode a text byte by byte, without the merges of the tokenizer."""
    letters = tokenizer.convert_tokens_to_ids(list(text.replace(" ", "\u0120")))
    assert isinstance(letters, list)
    return letters


def make_llama(vocab_size: int, **changes: object) -> PreTrainedModel:
    """Build a Llama with grouped queries and tied embeddings."""
    return _make(LlamaForCausalLM, LlamaConfig, vocab_size, tie_word_embeddings=True, **changes)


def make_qwen2(vocab_size: int, **changes: object) -> PreTrainedModel:
    """Build a Qwen2: biases on queries, keys and values."""
    return _make(Qwen2ForCausalLM, Qwen2Config, vocab_size, **changes)


def make_qwen3(vocab_size: int, **changes: object) -> PreTrainedModel:
    """Build a Qwen3: norms on queries and keys, heads wider than the hidden size says."""
    return _make(Qwen3ForCausalLM, Qwen3Config, vocab_size, head_dim=32, **changes)


def make_mistral(vocab_size: int, **changes: object) -> PreTrainedModel:
    """Build a Mistral, by default without sliding window."""
    return _make(
        MistralForCausalLM, MistralConfig, vocab_size, **({"sliding_window": None} | changes)
    )


def make_gpt2(vocab_size: int, **changes: object) -> PreTrainedModel:
    """Build a GPT-2: learned positions, dropout, no rotary embedding."""
    return _make(GPT2LMHeadModel, GPT2Config, vocab_size, initializer_range=0.3, **changes)


def make_mamba(vocab_size: int, **changes: object) -> PreTrainedModel:
    """Build a Mamba: no attention, so no keys and values to cache."""
    return _make(MambaForCausalLM, MambaConfig, vocab_size, state_size=4, **changes)


def _make(
    model_class: Callable[..., PreTrainedModel],
    config_class: Callable[..., Any],
    vocab_size: int,
    **changes: object,
) -> PreTrainedModel:
    torch.manual_seed(0)
    settings: dict[str, Any] = {
        "vocab_size": vocab_size,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "initializer_range": 0.15,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
    }
    model = model_class(config_class(**(settings | changes)))
    # New biases and norms are all zero or one, which would hide a decoder that ignores them.
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "norm" in name:
                parameter.add_(0.3 * torch.randn_like(parameter))
    return nn.Module.eval(model)
