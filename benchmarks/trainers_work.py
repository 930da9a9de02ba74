"""Model, tokenizer, prompts and reward for all sides of ``benchmarks/trainers.py``.

This file imports only torch and transformers, so that it runs in the environment of every
library. Ragged lengths come from the model itself: a bias of its output layer towards the end
token gives the intended mean length.
"""

import random
import string
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

__all__ = ["LEARNING_RATE", "SHAPES", "Shape", "make_prompts", "reward_of"]

LEARNING_RATE = 1e-6
"""Small, so that training does not change the lengths of the completions."""

_PAD_ID, _END_ID = 0, 1
_CHARACTERS = "\n " + string.ascii_letters + string.digits + string.punctuation
_VOCABULARY = ["<pad>", "<end>", *_CHARACTERS]


@dataclass(frozen=True)
class Shape:
    """Size of one optimizer step.

    Attributes:
        completions: Number of completions that are sampled and trained on.
        samples: Number of completions per prompt.
        prompt_tokens: Number of tokens per prompt.
        max_new_tokens: Maximum number of tokens per completion.
    """

    completions: int
    samples: int
    prompt_tokens: int
    max_new_tokens: int


END_RATES = {"dense": 0.0, "ragged": 1 / 40}
"""Probability of the end token at each position, by the name of the model."""

SHAPES = {
    "64 x 64, dense": Shape(64, 8, 16, 64),
    "8 x 16, dense": Shape(8, 8, 16, 16),
    "64, ragged up to 128": Shape(64, 8, 16, 128),
    "64, ragged up to 64, prompt 192": Shape(64, 8, 192, 64),
}


def save_model(folder: Path, end_rate: float) -> None:
    """Write a random Llama with a tokenizer of single characters.

    Args:
        folder: Folder to write.
        end_rate: Probability of the end token, from `END_RATES`.
    """
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(_VOCABULARY),
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=_END_ID,
        pad_token_id=_PAD_ID,
    )
    model = LlamaForCausalLM(config)
    _bias_end(model, end_rate)
    model.save_pretrained(folder)
    _make_tokenizer().save_pretrained(folder)


def make_prompts(shape: Shape, count: int) -> list[str]:
    """Draw different prompts of one length."""
    source = random.Random(0)
    letters = string.ascii_letters + string.digits
    return ["".join(source.choices(letters, k=shape.prompt_tokens)) for _ in range(count)]


def reward_of(text: str) -> float:
    """Return the fraction of lower-case letters in a text: cheap, and possible to learn."""
    return sum(map(str.islower, text)) / max(len(text), 1)


@torch.no_grad()
def _bias_end(model: LlamaForCausalLM, end_rate: float) -> None:
    """Give the end token about the same probability after every text.

    All embeddings share one component, which the hidden states keep. The row of the end token
    in the output layer is a multiple of it; bisection finds the factor.
    """
    direction = torch.randn(model.config.hidden_size)
    direction /= direction.norm()
    model.model.embed_tokens.weight += direction
    low, high = -5.0, 5.0
    token_ids = torch.randint(2, len(_VOCABULARY), (32, 96))
    for _ in range(30 if end_rate else 0):
        middle = (low + high) / 2
        model.lm_head.weight[_END_ID] = middle * direction
        probability = model(input_ids=token_ids).logits[:, 16:].softmax(-1)[..., _END_ID].mean()
        low, high = (middle, high) if probability < end_rate else (low, middle)
    model.lm_head.weight[_END_ID] = low * direction
    model.lm_head.weight[_PAD_ID] = -5.0 * direction  # some sides take a sampled one for padding


def _make_tokenizer() -> PreTrainedTokenizerFast:
    """Build a tokenizer of single characters whose chat is the bare text."""
    ids = {token: number for number, token in enumerate(_VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=" "))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # no types there
        tokenizer_object=tokenizer,
        eos_token="<end>",
        pad_token="<pad>",
        padding_side="left",
        chat_template="{% for message in messages %}{{ message['content'] }}{% endfor %}",
    )


def main() -> None:
    """Write the models into a folder."""
    for name, end_rate in END_RATES.items():
        save_model(Path(sys.argv[1]) / name, end_rate)
    print("{}")


if __name__ == "__main__":
    main()
