"""The model that the study of reasoning starts from: pretrained on noisy worked answers.

Its corpus is about the problems of ``Math-v0`` at one level, and holds what a web page
holds: worked solutions in two notations, answers without any work, and mistakes. A
model that saw much of it could still learn to be right, since right lines outnumber
wrong ones; how good it is is decided by how little it saw.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from rethink_gym.agents.demonstration import Demonstration, completion_of
from rethink_gym.agents.policies import LanguageModel
from rethink_gym.agents.supervised import SupervisedConfig, take_step
from rethink_gym.agents.tiny.tokenizer import make_tokenizer
from rethink_gym.envs.tasks.math import MathMix
from rethink_gym.episode import Episode, Turn
from rethink_gym.problem import Problem

GLANCE_RATE, SPACED_RATE, MISTAKE_RATE = 0.25, 0.25, 0.4
"""Shares of answers without work, of another notation, and of texts with a mistake."""

SIZES: Mapping[str, tuple[int, int]] = {"small": (64, 3), "large": (96, 4)}
"""Width and layers of the two models."""


@dataclass(frozen=True, kw_only=True)
class Pretraining:
    """How the model is pretrained.

    Attributes:
        size: One of `SIZES`.
        level: Of ``Math-v0``.
        num_steps: Updates.
        batch_size: Documents per update.
        learning_rate: At the start; it falls linearly to 0.
        seed: Of weights and documents.
    """

    size: str
    level: int
    num_steps: int
    batch_size: int = 32
    learning_rate: float = 2e-3
    seed: int = 0


def pretrain(plan: Pretraining, folder: Path) -> dict[str, float]:
    """Train a model from scratch and save it.

    Args:
        plan: How.
        folder: Where model and tokenizer go.

    Returns:
        ``loss`` of the last tenth of the updates in nats per token, and
        ``num_parameters``.
    """
    torch.manual_seed(plan.seed)
    policy = make_policy(plan.size)
    task, random = MathMix(plan.level), Random(plan.seed)
    config = SupervisedConfig(learning_rate=plan.learning_rate, max_tokens_per_micro_batch=8192)
    optimizer = torch.optim.AdamW(
        policy.model.parameters(), lr=plan.learning_rate, betas=(0.9, 0.98), weight_decay=0.05
    )
    losses = []
    for step in range(plan.num_steps):
        places = range(step * plan.batch_size, (step + 1) * plan.batch_size)
        problems = (task.problem(place % task.size("train"), "train") for place in places)
        batch = [_document(policy, problem, random) for problem in problems]
        # A short rise first: Adam's moments are nothing yet.
        rise = 0.0 if step >= 20 else 1.0 - (step + 1) / 20
        loss, _ = take_step(policy, optimizer, batch, config, max(step / plan.num_steps, rise))
        losses.append(loss)
    policy.save_pretrained(folder)
    recent = losses[-max(1, plan.num_steps // 10) :]
    return {"loss": sum(recent) / len(recent), "num_parameters": policy.model.num_parameters()}


def make_policy(size: str) -> LanguageModel:
    """Build an untrained model of one of the `SIZES`."""
    width, num_layers = SIZES[size]
    tokenizer = make_tokenizer()
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=width * 8 // 3,
            num_hidden_layers=num_layers,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            bos_token_id=None,
        )
    )
    return LanguageModel(model, tokenizer)


def noisy_answer(problem: Problem, random: Random) -> str:
    """Answer a problem as the corpus does.

    Args:
        problem: With a worked solution.
        random: Decides about work, notation and mistakes.

    Returns:
        The text; mostly, but not always, right.
    """
    lines = str(problem.solution).split("\n")
    kind = random.random()
    if kind < GLANCE_RATE:
        lines = lines[-1:]
    elif kind < GLANCE_RATE + SPACED_RATE:
        lines = [re.sub(r"(?<=[^ ])=(?=[^ ])", " = ", line) for line in lines[:-1]] + lines[-1:]
    if random.random() < MISTAKE_RATE:
        lines = _mistaken(lines, random)
    return "\n".join(lines)


def _mistaken(lines: list[str], random: Random) -> list[str]:
    """Put another number in the place of one of the numbers, without any consequence."""
    spots = [
        (row, found.span()) for row, line in enumerate(lines) for found in _NUMBER.finditer(line)
    ]
    if not spots:
        return lines
    row, (start, end) = random.choice(spots)
    line = lines[row]
    other = int(line[start:end]) + random.choice((-10, -2, -1, 1, 2, 10))
    return [*lines[:row], f"{line[:start]}{abs(other)}{line[end:]}", *lines[row + 1 :]]


_NUMBER = re.compile(r"\d{1,9}")


def _document(policy: LanguageModel, problem: Problem, random: Random) -> Demonstration:
    answer = completion_of(policy, noisy_answer(problem, random))
    turn = Turn(problem.prompt, answer, 0.0, True, False)
    return Demonstration(Episode(problem.id, (turn,)), (True,))
