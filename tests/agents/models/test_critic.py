import pytest
import torch
from tests.models import make_gpt2, make_llama
from transformers import PreTrainedModel

from rethink_gym.agents.batching.batch import outputs_at
from rethink_gym.agents.models.critic import Critic

TOKEN_IDS = torch.tensor([[5, 6, 7, 8], [9, 10, 11, 0]])
ROWS, COLUMNS = torch.tensor([0, 0, 1]), torch.tensor([1, 2, 0])


@pytest.fixture(params=[make_llama, make_gpt2])
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    made: PreTrainedModel = request.param(50)
    return made


def values(critic: Critic, model: PreTrainedModel, token_ids: torch.Tensor) -> torch.Tensor:
    _, hidden = outputs_at(model, token_ids, ROWS, COLUMNS)
    found: torch.Tensor = critic(hidden, token_ids, ROWS, COLUMNS)
    return found


@pytest.mark.parametrize("is_separate", [False, True])
def test_at_first_nothing_is_expected(model: PreTrainedModel, is_separate: bool) -> None:
    critic = Critic(model, is_separate=is_separate)
    assert values(critic, model, TOKEN_IDS).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("is_separate", [False, True])
def test_a_value_knows_what_stands_before_and_nothing_behind(
    model: PreTrainedModel, is_separate: bool
) -> None:
    critic = Critic(model, is_separate=is_separate)
    torch.nn.init.normal_(critic.head.weight)
    before = values(critic, model, TOKEN_IDS)
    changed = TOKEN_IDS.clone()
    changed[:, 3] = 33
    torch.testing.assert_close(values(critic, model, changed), before)
    changed[0, 1] = 34
    assert (values(critic, model, changed) - before)[:2].abs().min() > 1e-3


@pytest.mark.parametrize("is_separate", [False, True])
def test_only_a_shared_trunk_learns_for_the_critic(
    model: PreTrainedModel, is_separate: bool
) -> None:
    critic = Critic(model, is_separate=is_separate)
    torch.nn.init.normal_(critic.head.weight)
    values(critic, model, TOKEN_IDS).sum().backward()  # type: ignore[no-untyped-call]
    has_gradient = any(weight.grad is not None for weight in model.parameters())
    assert has_gradient is not is_separate
    assert all(weight.grad is not None for weight in critic.head.parameters())
