"""Train the bundled tiny model: ``PYTHONPATH=benchmarks python -m tiny_model.train FOLDER``.

A Llama of less than half a million parameters is trained on the corpus of this folder by
next-token prediction, from a fixed seed. The log of the run that made the bundled weights is
``training_log.json`` beside them, in ``src/rethink_gym/agents/tiny/weights/``.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Annotated

import torch
import typer
from rich.progress import track
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from rethink_gym.envs.tasks.arithmetic import Arithmetic
from tiny_model.corpus import Document, draw_document
from tiny_model.tokenizer import make_tokenizer

__all__ = ["TrainConfig", "train"]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of the training run.

    Attributes:
        num_steps: Number of updates.
        batch_size: Number of documents per update.
        num_micro_batches: Number of micro-batches per update; documents are sorted by
            length to save padding.
        learning_rate: Maximum learning rate, after a linear warmup; a cosine decay follows
            to a tenth of it.
        num_warmup_steps: Number of updates of the warmup.
        weight_decay: Weight decay of AdamW.
        hidden_size: Width of the model.
        num_layers: Number of layers.
        seed: Seed of weights, documents and their order.
    """

    num_steps: int = 1500
    batch_size: int = 128
    num_micro_batches: int = 4
    learning_rate: float = 3e-3
    num_warmup_steps: int = 50
    weight_decay: float = 0.05
    hidden_size: int = 96
    num_layers: int = 4
    seed: int = 0


def make_model(
    tokenizer: PreTrainedTokenizerFast, hidden_size: int = 96, num_layers: int = 4
) -> LlamaForCausalLM:
    """Build the untrained model.

    Args:
        tokenizer: Tokenizer with the vocabulary and the special tokens.
        hidden_size: Width of the model.
        num_layers: Number of layers.

    Returns:
        A Llama with random weights.
    """
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=hidden_size,
            intermediate_size=hidden_size * 8 // 3,
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


def encode(
    documents: list[Document], tokenizer: PreTrainedTokenizerFast
) -> list[tuple[list[int], list[int]]]:
    """Turn documents into tokens and labels.

    Args:
        documents: The transcripts.
        tokenizer: Tokenizer; messages are encoded one by one.

    Returns:
        For each document its token ids and its labels: the id itself if the token
        contributes to the loss, else -100.
    """
    pieces: list[str] = []
    for document in documents:
        for index, message in enumerate(document.messages):
            pieces += (("<|user|>", "<|assistant|>")[index % 2], f"{message}<|end|>")
    encoded = iter(tokenizer(pieces, add_special_tokens=False)["input_ids"])
    rows = []
    for document in documents:
        token_ids: list[int] = []
        labels: list[int] = []
        for index in range(len(document.messages)):
            role, message = next(encoded), next(encoded)
            is_trained = index % 2 == 1 and document.loss_mask[index // 2]
            token_ids += role + message
            labels += [-100] * len(role)
            labels += message if is_trained else [-100] * len(message)
        rows.append((token_ids, labels))
    return rows


def train(config: TrainConfig, folder: Path) -> None:
    """Train the model and save it with its tokenizer and log.

    Args:
        config: Settings of the training run.
        folder: Folder for the model, the tokenizer and ``training_log.json``.
    """
    started = time.monotonic()
    torch.manual_seed(config.seed)
    tokenizer = make_tokenizer()
    model = make_model(tokenizer, config.hidden_size, config.num_layers)
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=config.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=config.weight_decay,
    )
    warmup = torch.optim.lr_scheduler.LinearLR(optimizer, 0.02, total_iters=config.num_warmup_steps)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, config.num_steps - config.num_warmup_steps, eta_min=config.learning_rate / 10
    )
    scheduler = torch.optim.lr_scheduler.SequentialLR(
        optimizer, [warmup, decay], [config.num_warmup_steps]
    )
    task = Arithmetic()
    random = Random(config.seed)
    losses: list[float] = []
    log = []
    for step in track(range(config.num_steps), "training"):
        documents = [
            draw_document(task, step * config.batch_size + row, random)
            for row in range(config.batch_size)
        ]
        losses.append(_update(model, encode(documents, tokenizer), config.num_micro_batches))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        if (step + 1) % 50 == 0:
            minutes = (time.monotonic() - started) / 60
            log.append({"step": step + 1, "loss": sum(losses[-50:]) / 50, "minutes": minutes})
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    record = {
        "config": asdict(config),
        "num_parameters": model.num_parameters(),
        "num_threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "log": log,
    }
    (folder / "training_log.json").write_text(json.dumps(record, indent=1) + "\n")


def _update(
    model: LlamaForCausalLM, rows: list[tuple[list[int], list[int]]], num_micro_batches: int
) -> float:
    """Accumulate the gradient of the mean loss per trained token of a whole batch."""
    rows = sorted(rows, key=lambda row: len(row[0]))
    num_trained = sum(label != -100 for _, labels in rows for label in labels[1:])
    size = -(-len(rows) // num_micro_batches)
    total = 0.0
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        width = max(len(token_ids) for token_ids, _ in part)
        # Padding on the right: a causal model never attends to it.
        token_ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in part])
        labels = torch.tensor([ids + [-100] * (width - len(ids)) for _, ids in part])
        logits = model(token_ids).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), reduction="sum"
        )
        (loss / num_trained).backward()  # type: ignore[no-untyped-call]  # untyped
        total += loss.item()
    return total / num_trained


def main(
    folder: Annotated[Path, typer.Argument(help="Folder for the model.")],
    num_steps: Annotated[int, typer.Option(help="Number of updates.")] = TrainConfig.num_steps,
    seed: Annotated[int, typer.Option(help="Seed of weights and documents.")] = TrainConfig.seed,
) -> None:
    """Train the tiny model from scratch."""
    folder.mkdir(parents=True, exist_ok=True)
    train(TrainConfig(num_steps=num_steps, seed=seed), folder)


if __name__ == "__main__":
    typer.run(main)
