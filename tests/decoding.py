"""Shared by tests of decoding: prompts, configs, and transformers as the reference."""

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from rethink_gym.agents.policies import SamplingConfig
from rethink_gym.agents.policies.generation import GeneratedSequence, GenerationConfig

VOCABULARY = 60
END_IDS = (1, 2, 3)
LIMIT = 14
Prompts = list[tuple[int, ...]]


def make_prompts(*lengths: int, seed: int = 0) -> Prompts:
    random = torch.Generator().manual_seed(seed)
    return [
        tuple(torch.randint(4, VOCABULARY, (length,), generator=random).tolist())
        for length in lengths
    ]


def make_config(
    *, temperature: float = 0.0, seed: int = 0, end_ids: Sequence[int] = END_IDS, limit: int = LIMIT
) -> GenerationConfig:
    sampling = SamplingConfig(max_new_tokens=limit, temperature=temperature)
    return GenerationConfig(
        sampling, end_ids, None, torch.Generator().manual_seed(seed), lambda _: ""
    )


def reference_tokens(model: PreTrainedModel, prompt: tuple[int, ...]) -> tuple[int, ...]:
    """Decode one prompt greedily with ``transformers.generate``."""
    output = model.generate(  # type: ignore[operator]
        input_ids=torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=LIMIT,
        do_sample=False,
        eos_token_id=list(END_IDS),
        pad_token_id=0,
    )
    return tuple(output[0, len(prompt) :].tolist())


def largest_error(
    model: PreTrainedModel,
    prompts: Prompts,
    sequences: list[GeneratedSequence],
    temperature: float = 1.0,
) -> float:
    """Return the largest difference to the log-probabilities of one forward pass per row."""
    errors: list[float] = []
    for prompt, message in zip(prompts, sequences, strict=True):
        with torch.no_grad():
            logits = model(torch.tensor([prompt + message.token_ids])).logits[0]
        log_probs = (logits / temperature).log_softmax(-1)[len(prompt) - 1 : -1]
        picked = log_probs[range(len(message.token_ids)), list(message.token_ids)]
        errors.append((picked - torch.tensor(message.log_probs)).abs().max().item())
    return max(errors)


def next_turn(prompts: Prompts, sequences: list[GeneratedSequence]) -> Prompts:
    """Append the completions, and messages of an environment of various lengths."""
    feedback = make_prompts(*(3 + row % 4 for row in range(len(prompts))), seed=1)
    return [
        prompt + message.token_ids + new
        for prompt, message, new in zip(prompts, sequences, feedback, strict=True)
    ]
