"""The decoding engine against transformers: the same tokens, the same probabilities."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from tests.decoding import (
    VOCABULARY,
    largest_error,
    make_config,
    make_prompts,
    next_turn,
    reference_tokens,
)
from tests.models import (
    make_gpt2,
    make_llama,
    make_mamba,
    make_mistral,
    make_qwen2,
    make_qwen3,
)
from torch import nn
from transformers import PreTrainedModel

from rethink_gym.agents.policies import SamplingConfig
from rethink_gym.agents.policies.generation import (
    DecodingEngine,
    GenerationConfig,
    llama,
    make_decoder,
)
from rethink_gym.agents.policies.generation.generic import ForwardDecoder, RecomputingDecoder
from rethink_gym.agents.policies.generation.llama import LlamaDecoder
from rethink_gym.conversation import StopReason


@dataclass(frozen=True)
class Case:
    """A model, and the decoder that must support it."""

    make: Callable[..., PreTrainedModel]
    decoder: type
    changes: dict[str, object]


def rope(kind: str, **parameters: object) -> dict[str, object]:
    return {"rope_parameters": {"rope_type": kind, "rope_theta": 1e4, "factor": 4.0} | parameters}


CASES = {
    "llama": Case(make_llama, LlamaDecoder, {}),
    "llama with biases": Case(make_llama, LlamaDecoder, {"attention_bias": True, "mlp_bias": True}),
    "llama of one head": Case(
        make_llama, LlamaDecoder, {"num_attention_heads": 1, "num_key_value_heads": 1}
    ),
    "llama, linear rope": Case(make_llama, LlamaDecoder, rope("linear")),
    "llama, llama3 rope": Case(
        make_llama,
        LlamaDecoder,
        rope(
            "llama3",
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=64,
        ),
    ),
    "llama, yarn rope": Case(
        make_llama, LlamaDecoder, rope("yarn", original_max_position_embeddings=64)
    ),
    "llama, dynamic rope": Case(make_llama, ForwardDecoder, rope("dynamic")),
    "llama, gelu": Case(make_llama, ForwardDecoder, {"hidden_act": "gelu"}),
    "qwen2": Case(make_qwen2, LlamaDecoder, {}),
    "qwen3": Case(make_qwen3, LlamaDecoder, {}),
    "mistral": Case(make_mistral, LlamaDecoder, {}),
    "mistral, sliding window": Case(make_mistral, ForwardDecoder, {"sliding_window": 6}),
    "gpt2": Case(make_gpt2, ForwardDecoder, {}),
    "mamba": Case(make_mamba, RecomputingDecoder, {}),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    param = request.param
    assert isinstance(param, Case)
    return param


def test_greedy_tokens_are_those_of_transformers_over_two_ragged_turns(case: Case) -> None:
    model = case.make(VOCABULARY, **case.changes)
    assert type(make_decoder(model)) is case.decoder
    engine = DecodingEngine(model)
    prompts = make_prompts(5, 9, 1, 5, 12)
    for _ in range(2):
        sequences = engine.generate(prompts, make_config())
        assert [m.token_ids for m in sequences] == [reference_tokens(model, p) for p in prompts]
        assert largest_error(model, prompts, sequences) < 1e-5
        prompts = next_turn(prompts, sequences)


def test_sampled_tokens_carry_the_log_probabilities_of_a_full_forward_pass(case: Case) -> None:
    model = case.make(VOCABULARY, **case.changes)
    engine = DecodingEngine(model)
    prompts = make_prompts(7, 2, 2, 11, 4, 5, 6, 7, 8, 9)
    for turn in range(2):
        sequences = engine.generate(prompts, make_config(temperature=0.7, seed=turn))
        assert largest_error(model, prompts, sequences, temperature=0.7) < 1e-5
        prompts = next_turn(prompts, sequences)


@pytest.mark.parametrize("make", [make_llama, make_gpt2])
def test_a_row_alone_is_as_in_a_batch_with_longer_rows(
    make: Callable[..., PreTrainedModel],
) -> None:
    model = make(VOCABULARY)
    prompts = make_prompts(3, 30, 17)
    together = DecodingEngine(model).generate(prompts, make_config())
    for prompt, message in zip(prompts, together, strict=True):
        (alone,) = DecodingEngine(model).generate([prompt], make_config())
        assert alone.token_ids == message.token_ids
        assert alone.log_probs == pytest.approx(message.log_probs, abs=1e-5)


def test_many_long_prompts_are_prefilled_a_few_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(llama, "_MAX_PREFILL_TOKENS", 25)
    model = make_llama(VOCABULARY)
    engine = DecodingEngine(model)
    prompts = make_prompts(9, 12, 3, 7, 12)
    for _ in range(2):
        sequences = engine.generate(prompts, make_config())
        assert [m.token_ids for m in sequences] == [reference_tokens(model, p) for p in prompts]
        prompts = next_turn(prompts, sequences)


def test_prompts_of_one_token_are_answered() -> None:
    model = make_llama(VOCABULARY)
    prompts = make_prompts(1, 1, 1)
    sequences = DecodingEngine(model).generate(prompts, make_config())
    assert [m.token_ids for m in sequences] == [reference_tokens(model, p) for p in prompts]


def test_messages_longer_than_the_first_cache_are_generated_to_their_end() -> None:
    model = make_llama(VOCABULARY)
    prompts = make_prompts(5, 8)
    sequences = DecodingEngine(model).generate(
        prompts, make_config(temperature=1, end_ids=(), limit=150)
    )
    assert [len(m.token_ids) for m in sequences] == [150, 150]
    assert {m.stop for m in sequences} == {StopReason.LENGTH}
    assert largest_error(model, prompts, sequences) < 1e-5


def test_rows_stop_at_the_end_of_the_context() -> None:
    model = make_llama(VOCABULARY)
    prompts = make_prompts(5, 8, 6, 4)
    (first, *_) = DecodingEngine(model).generate(prompts, make_config(end_ids=()))
    sampling = SamplingConfig(max_new_tokens=50, temperature=0)
    limits = GenerationConfig(sampling, (first.token_ids[2],), 12, torch.Generator(), lambda _: "")
    sequences = DecodingEngine(model).generate(prompts, limits)
    # The first row ends early, so that another one takes its slot in the batch.
    assert [len(m.token_ids) for m in sequences] == [3, 4, 6, 8]
    assert [m.stop for m in sequences] == [StopReason.END, *[StopReason.CONTEXT] * 3]


def test_the_tokens_of_a_row_do_not_depend_on_when_other_rows_end() -> None:
    model = make_llama(VOCABULARY)
    prompts = make_prompts(5, 5, 5)
    free = DecodingEngine(model).generate(prompts, make_config(temperature=1, end_ids=()))
    ended = DecodingEngine(model).generate(
        prompts, make_config(temperature=1, end_ids=(free[0].token_ids[2],))
    )
    assert len(ended[0].token_ids) == 3
    for one, other in zip(free, ended, strict=True):
        assert one.token_ids[: len(other.token_ids)] == other.token_ids


def test_two_sampled_tokens_follow_the_models_distribution() -> None:
    model = make_llama(8, initializer_range=0.4)
    prompt, num_rows = (1, 5, 2), 4000
    sequences = DecodingEngine(model, max_rows=num_rows).generate(
        [prompt] * num_rows, make_config(temperature=1.3, end_ids=(), limit=2)
    )
    with torch.no_grad():
        first = (model(torch.tensor([prompt])).logits[0, -1] / 1.3).softmax(-1)
        pairs = torch.tensor([(*prompt, token) for token in range(8)])
        second = (model(pairs).logits[:, -1] / 1.3).softmax(-1)
    expected = (first[:, None] * second).flatten() * num_rows
    seen = torch.bincount(
        torch.tensor([8 * m.token_ids[0] + m.token_ids[1] for m in sequences]), minlength=64
    )
    likely = expected > 5
    chi_square = ((seen - expected).square() / expected)[likely].sum().item()
    degrees = int(likely.sum())
    assert degrees > 10
    assert chi_square < degrees + 4 * (2 * degrees) ** 0.5
    assert seen[~likely].sum() <= expected[~likely].sum() + 4 * expected[~likely].sum().sqrt() + 1


class Adapter(nn.Module):
    """A linear layer as adapter libraries replace it."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base_layer = base
        self.down = nn.Linear(base.in_features, 2, bias=False)
        self.up = nn.Linear(2, base.out_features, bias=False)

    @property
    def weight(self) -> torch.Tensor:
        return self.base_layer.weight

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self.base_layer(inputs) + self.up(self.down(inputs))
        return output


@pytest.mark.parametrize("change", ["adapter", "hook", "own forward", "subclass"])
def test_a_changed_llama_is_decoded_as_it_was_changed(change: str) -> None:
    model = make_llama(VOCABULARY)
    attention = model.model.layers[1].self_attn
    if change == "adapter":
        attention.q_proj = Adapter(attention.q_proj)
    elif change == "hook":
        attention.v_proj.register_forward_hook(lambda module, inputs, output: output * 2)
    elif change == "own forward":
        attention.o_proj.forward = lambda inputs: inputs * 0.5
    else:
        model.__class__ = type("LlamaForCausalLM", (type(model),), {"__module__": "elsewhere"})
    assert type(make_decoder(model)) is ForwardDecoder
    prompts = make_prompts(5, 9)
    sequences = DecodingEngine(model).generate(prompts, make_config())
    assert largest_error(model, prompts, sequences) < 1e-5


def test_a_model_of_lower_precision_is_decoded_in_its_own() -> None:
    model = make_llama(VOCABULARY)
    nn.Module.to(model, torch.bfloat16)
    assert type(make_decoder(model)) is LlamaDecoder
    prompts = make_prompts(5, 9)
    sequences = DecodingEngine(model).generate(prompts, make_config(temperature=1))
    assert largest_error(model, prompts, sequences) < 0.15
