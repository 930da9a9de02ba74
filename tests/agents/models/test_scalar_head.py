"""The head of critic and reward model: what it depends on, and which weights it trains."""

import pytest
import torch
from tests.models import make_gpt2, make_llama, make_tokenizer

from rethink_gym.agents.models.scalar_head import make_scalar_head
from rethink_gym.agents.policies.language_model import LanguageModel

TOKEN_IDS = torch.tensor([[5, 6, 7, 8], [9, 10, 11, 0]])
ROWS, COLUMNS = torch.tensor([0, 0, 1]), torch.tensor([2, 3, 1])


@pytest.fixture(params=[make_llama, make_gpt2])
def policy(request: pytest.FixtureRequest) -> LanguageModel:
    tokenizer = make_tokenizer()
    return LanguageModel(request.param(len(tokenizer)), tokenizer)


def values(policy: LanguageModel, head: torch.nn.Linear, token_ids: torch.Tensor) -> torch.Tensor:
    _, hidden = policy.forward_at_positions(token_ids, ROWS, COLUMNS)
    return head(hidden.float())[:, 0]  # type: ignore[no-any-return]


def test_a_new_head_predicts_zero(policy: LanguageModel) -> None:
    assert values(policy, make_scalar_head(policy.model), TOKEN_IDS).tolist() == [0.0, 0.0, 0.0]


def test_a_value_depends_on_the_tokens_before_and_not_on_the_token_itself(
    policy: LanguageModel,
) -> None:
    head = make_scalar_head(policy.model)
    torch.nn.init.normal_(head.weight)
    before = values(policy, head, TOKEN_IDS)
    changed = TOKEN_IDS.clone()
    changed[:, 3] = 33
    torch.testing.assert_close(values(policy, head, changed), before)
    changed[0, 1] = 34
    assert (values(policy, head, changed) - before)[:2].abs().min() > 1e-3


@pytest.mark.parametrize("is_separate", [False, True])
def test_only_a_shared_trunk_is_trained_for_the_critic(
    policy: LanguageModel, is_separate: bool
) -> None:
    critic = policy.trainable_copy() if is_separate else policy
    head = make_scalar_head(policy.model)
    torch.nn.init.normal_(head.weight)
    values(critic, head, TOKEN_IDS).sum().backward()  # type: ignore[no-untyped-call]
    has_gradient = any(weight.grad is not None for weight in policy.model.parameters())
    assert has_gradient is not is_separate
    assert any(weight.grad is not None for weight in critic.model.parameters())
    assert all(weight.grad is not None for weight in head.parameters())
