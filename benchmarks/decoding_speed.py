"""Compare our decoding loop with ``transformers.generate``: one thread, CPU seconds.

``python benchmarks/decoding_speed.py`` prints a table and writes
``benchmarks/results/decoding_speed.json``. Both sides sample at temperature 1 without
top-k and top-p from the same random Llama; ours also returns the log-probability of
every token. Runs of both are interleaved, and the fastest run of each counts.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
import transformers
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from record import write_record
from rethink_gym.agents.policies import SamplingConfig
from rethink_gym.agents.policies.generation import DecodingEngine, GenerationConfig

VOCABULARY = 160
PROMPT_LENGTH = 16
NEW_TOKENS = 64
RAGGED_LIMIT = 60
RAGGED_END_IDS = tuple(range(1, 12))
"""11 of 160 about equally likely tokens end a message, so the mean length is about 15."""

Prompts = list[tuple[int, ...]]


@dataclass(frozen=True)
class Row:
    """One line of the table; seconds are CPU seconds of the fastest run."""

    case: str
    batch: int
    generate_s: float
    ours_s: float
    generate_median_s: float
    ours_median_s: float
    generate_tokens_per_s: float
    ours_tokens_per_s: float
    ratio: float


def make_model() -> LlamaForCausalLM:
    """Build a random Llama of 1.07 million parameters."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    return nn.Module.eval(LlamaForCausalLM(config))


def make_prompts(batch: int) -> Prompts:
    """Create random prompts of one length."""
    random = torch.Generator().manual_seed(batch)
    token_ids = torch.randint(1, VOCABULARY, (batch, PROMPT_LENGTH), generator=random)
    return [tuple(row) for row in token_ids.tolist()]


def generate(
    model: LlamaForCausalLM, prompts: Prompts, max_new_tokens: int, end_ids: tuple[int, ...]
) -> Prompts:
    """Generate with transformers; all prompts have one length."""
    output = model.generate(  # type: ignore[misc]  # its decorator hides the type of self
        input_ids=torch.tensor(prompts),
        attention_mask=torch.ones(len(prompts), len(prompts[0]), dtype=torch.long),
        max_new_tokens=max_new_tokens,
        eos_token_id=list(end_ids) or None,
        pad_token_id=0,
        do_sample=True,
        top_k=0,
        top_p=1.0,
        temperature=1.0,
    )
    messages: Prompts = []
    for row in output[:, len(prompts[0]) :].tolist():
        ends = [index for index, token in enumerate(row) if token in end_ids]
        messages.append(tuple(row[: ends[0] + 1] if ends else row))
    return messages


def generate_ours(
    engine: DecodingEngine,
    prompts: Prompts,
    max_new_tokens: int,
    end_ids: tuple[int, ...],
    random: torch.Generator,
) -> Prompts:
    """Generate with our decoding loop."""
    sampling = SamplingConfig(max_new_tokens=max_new_tokens)
    config = GenerationConfig(sampling, end_ids, None, random, lambda _: "")
    return [sequence.token_ids for sequence in engine.generate(prompts, config)]


def compare(
    case: str,
    batch: int,
    repeats: int,
    theirs: Callable[[], int],
    ours: Callable[[], int],
) -> Row:
    """Run both sides alternately; each returns its number of generated tokens."""
    rates: dict[str, list[float]] = {"theirs": [], "ours": []}
    for repeat in range(repeats + 1):
        for name, run in (("theirs", theirs), ("ours", ours)):
            start = time.process_time()
            num_tokens = run()
            seconds = time.process_time() - start
            if repeat > 0:  # the first one warms up
                rates[name].append(seconds / num_tokens)
    best = {name: min(values) for name, values in rates.items()}
    median = {name: statistics.median(values) for name, values in rates.items()}
    num_tokens = batch * NEW_TOKENS
    return Row(
        case,
        batch,
        best["theirs"] * num_tokens,
        best["ours"] * num_tokens,
        median["theirs"] * num_tokens,
        median["ours"] * num_tokens,
        1 / best["theirs"],
        1 / best["ours"],
        best["theirs"] / best["ours"],
    )


def compare_turns(
    case: str,
    batch: int,
    repeats: int,
    *,
    num_turns: int = 1,
    max_new_tokens: int = NEW_TOKENS,
    end_ids: tuple[int, ...] = (),
) -> Row:
    """Compare on conversations of some turns, with 16 tokens of the environment in between."""
    model = make_model()
    engine = DecodingEngine(model)
    random = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    prompts = make_prompts(batch)
    instruction = tuple(range(20, 20 + PROMPT_LENGTH))

    def play(respond: Callable[[Prompts], Prompts]) -> int:
        engine.forget()
        conversations, num_tokens = prompts, 0
        for _ in range(num_turns):
            messages = respond(conversations)
            num_tokens += sum(map(len, messages))
            conversations = [
                conversation + message + instruction
                for conversation, message in zip(conversations, messages, strict=True)
            ]
        return num_tokens

    return compare(
        case,
        batch,
        repeats,
        lambda: play(lambda c: generate(model, c, max_new_tokens, end_ids)),
        lambda: play(lambda c: generate_ours(engine, c, max_new_tokens, end_ids, random)),
    )


def main() -> None:
    """Run all comparisons, print them and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="Timed runs per case and side.")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    repeats = arguments.repeats
    rows = []
    for batch in (1, 16, 64, 256):
        rows.append(compare_turns("fixed length", batch, repeats))
    rows.append(
        compare_turns(
            "ragged length", 64, repeats, max_new_tokens=RAGGED_LIMIT, end_ids=RAGGED_END_IDS
        )
    )
    rows.append(compare_turns("two turns", 64, repeats, num_turns=2))
    print(f"{'case':<14}{'batch':>6}{'generate tok/s':>16}{'ours tok/s':>12}{'ratio':>7}")
    for row in rows:
        print(
            f"{row.case:<14}{row.batch:>6}{row.generate_tokens_per_s:>16,.0f}"
            f"{row.ours_tokens_per_s:>12,.0f}{row.ratio:>7.2f}"
        )
    settings = {
        "model": "random Llama, hidden 128, 4 layers, 4 heads, intermediate 512",
        "num_parameters": make_model().num_parameters(),
        "prompt_length": PROMPT_LENGTH,
        "new_tokens": NEW_TOKENS,
        "ragged_limit": RAGGED_LIMIT,
        "instruction_length": PROMPT_LENGTH,
        "repeats": repeats,
        "threads": torch.get_num_threads(),
        "clock": "CPU seconds of the process",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    print(write_record("decoding_speed", settings, [asdict(row) for row in rows]))


if __name__ == "__main__":
    main()
