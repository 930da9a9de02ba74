"""Answers that start with a digit, and a random model that sometimes gives one."""

from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.verifier import Verifier


class StartsWithDigit(Verifier):
    """Accepts every answer that starts with a digit: 10 of the 268 tokens do."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = answer[:1].isdecimal() and answer[:1].isascii()
        reason = Reason.EQUAL if correct else Reason.DIFFERENT
        return Verdict(float(correct), correct, reason, answer)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "starts_with_digit"}


def make_character_llama(
    tokenizer: PreTrainedTokenizerBase, max_position_embeddings: int = 128
) -> PreTrainedModel:
    """Build a random Llama of two layers for the tokenizer of the bundled model."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=max_position_embeddings,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    return LlamaForCausalLM(config)
