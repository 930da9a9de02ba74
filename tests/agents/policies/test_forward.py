"""The forward pass at chosen positions: logits, hidden states, and dropout off."""

from collections.abc import Callable

import pytest
import torch
from tests.models import make_gpt2, make_llama, make_mamba, make_qwen3, make_tokenizer
from transformers import PreTrainedModel

from rethink_gym.agents.policies.language_model import LanguageModel

TOKENIZER = make_tokenizer()
TOKEN_IDS = torch.randint(0, 50, (2, 9), generator=torch.Generator().manual_seed(0))
# The position after the last column, the first one with a token before it, and one between.
ROWS, COLUMNS = torch.tensor([0, 1, 1]), torch.tensor([9, 1, 4])
MODELS = [make_llama, make_gpt2, make_mamba, make_qwen3]


def make_policy(make: Callable[..., PreTrainedModel]) -> LanguageModel:
    return LanguageModel(make(len(TOKENIZER)), TOKENIZER)


@pytest.mark.parametrize("make", MODELS)
def test_the_logits_of_a_position_are_one_column_to_its_left(
    make: Callable[..., PreTrainedModel],
) -> None:
    policy = make_policy(make)
    logits, _ = policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    whole = policy.model(input_ids=TOKEN_IDS).logits[ROWS, COLUMNS - 1]
    torch.testing.assert_close(logits, whole)


@pytest.mark.parametrize("make", MODELS)
def test_logits_are_computed_at_the_positions_only(make: Callable[..., PreTrainedModel]) -> None:
    policy, shapes = make_policy(make), []
    policy.model.get_output_embeddings().register_forward_hook(  # type: ignore[no-untyped-call]
        lambda _, inputs, output: shapes.append(tuple(output.shape[:2]))
    )
    _, hidden = policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    assert shapes == [(1, len(ROWS))]
    assert hidden.shape == (len(ROWS), policy.model.config.hidden_size)


@pytest.mark.parametrize("make", MODELS)
def test_hidden_states_computed_without_logits_are_the_same(
    make: Callable[..., PreTrainedModel],
) -> None:
    policy = make_policy(make)
    _, hidden = policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    alone = policy.hidden_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    torch.testing.assert_close(alone, hidden)


def test_without_positions_there_are_no_logits() -> None:
    none = torch.zeros(0, dtype=torch.long)
    logits, hidden = make_policy(make_llama).forward_at_positions(TOKEN_IDS, none, none)
    assert logits.shape == (0, len(TOKENIZER))
    assert hidden.shape[0] == 0


def test_logits_are_single_precision_for_a_model_of_lower_precision() -> None:
    policy = make_policy(make_llama)
    torch.nn.Module.to(policy.model, torch.bfloat16)
    assert policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)[0].dtype == torch.float32


def test_gradients_flow_to_the_weights_unless_switched_off() -> None:
    policy = make_policy(make_llama)
    with torch.no_grad():
        assert not policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)[0].requires_grad
    logits, _ = policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    logits.square().sum().backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is not None for weight in policy.model.parameters())


def test_dropout_is_off_in_training_as_in_sampling() -> None:
    model = make_gpt2(len(TOKENIZER), attn_pdrop=0.5, embd_pdrop=0.5, resid_pdrop=0.5).train()
    policy = LanguageModel(model, TOKENIZER)
    first, _ = policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    again, _ = policy.forward_at_positions(TOKEN_IDS, ROWS, COLUMNS)
    assert torch.equal(first, again)
    assert model.training, "the mode of the model is restored"
