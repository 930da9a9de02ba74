"""Step rewards, and the tokens that they are assigned to."""

from collections.abc import Sequence

import pytest
import torch
from tests.models import letters_of, make_tokenizer

from rethink_gym.agents.objectives.credit import (
    RewardForm,
    StepReward,
    completing_token,
    model_step_rewards,
    place_step_rewards,
    step_prefixes,
    step_rewards,
    verifier_step_rewards,
)
from rethink_gym.conversation import Completion, Conversation, Role
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason, StepScore, Verdict
from rethink_gym.verifiers.steps.segmentation import split_steps

TOKENIZER = make_tokenizer()


def decode(token_ids: Sequence[int]) -> str:
    return str(TOKENIZER.decode(list(token_ids), skip_special_tokens=True))


def turn(text: str, token_ids: Sequence[int], steps: tuple[StepScore, ...] = ()) -> Turn:
    completion = Completion(text, tuple(token_ids), (0.0,) * len(token_ids))
    verdict = Verdict(0.0, False, Reason.DIFFERENT, steps=steps)
    return Turn("?", completion, 0.0, False, False, verdict)


@pytest.mark.parametrize("by_bytes", [False, True])
@pytest.mark.parametrize("text", ["1+1=2\n3*4=12\nA: 12", "é so = ü\n\U0001f600 end", "The answer"])
def test_a_step_is_complete_with_the_token_of_its_last_character(text: str, by_bytes: bool) -> None:
    token_ids = TOKENIZER(text)["input_ids"]
    if by_bytes:
        symbols = TOKENIZER.backend_tokenizer.pre_tokenizer.pre_tokenize_str(text)
        token_ids = letters_of(TOKENIZER, "".join(symbol for symbol, _ in symbols))
    for end in range(1, len(text) + 1):
        token = completing_token(decode, token_ids, text[:end])
        assert decode(token_ids[: token + 1]).startswith(text[:end])
        assert not decode(token_ids[:token]).startswith(text[:end])


def test_a_step_missing_from_the_tokens_ends_with_the_last_token() -> None:
    assert completing_token(decode, TOKENIZER("abc")["input_ids"], "xyz") == 2


def test_step_rewards_are_on_the_last_tokens_of_their_steps() -> None:
    first, second = "1+1=2\n2+2=5\nA: 5", "A: 4"
    steps = (StepScore(0, 5, 1.0), StepScore(6, 11, 0.0), StepScore(12, 16, None))
    ids = [letters_of(TOKENIZER, text.replace("\n", "Ċ")) for text in (first, second)]
    episode = Episode("p", (turn(first, ids[0], steps), turn(second, ids[1])))
    turns = torch.tensor([[0] * len(ids[0]) + [1] * len(ids[1])])
    rewards_by_turn = verifier_step_rewards([episode])
    assert rewards_by_turn[0, 0] == [StepReward(5, 1 / 3), StepReward(11, 0.0), StepReward(16, 0.0)]
    assert rewards_by_turn[0, 1] == []
    token_rewards = place_step_rewards(decode, [episode], turns, rewards_by_turn)
    assert token_rewards.nonzero().tolist() == [[0, 4]]
    assert token_rewards[0, 4].item() == pytest.approx(1 / 3)


def scores(contexts: Sequence[Conversation], answers: Sequence[Sequence[str]]) -> list[list[float]]:
    """Every step raises the score by a quarter."""
    assert all(context[-1].role is Role.USER for context in contexts)
    return [[0.25 * (index + 1) for index in range(len(pieces))] for pieces in answers]


@pytest.mark.parametrize(
    ("form", "rewards"),
    [
        ("sparse", [0.0, 0.0, 0.75]),
        ("potential", [0.25, 0.25, 0.25]),
        ("dense", [0.25, 0.5, 0.75]),
    ],
)
def test_a_reward_model_rewards_the_steps_of_every_turn(
    form: RewardForm, rewards: list[float]
) -> None:
    text = "1+1=2\n2+2=4\nA: 4"
    ids = letters_of(TOKENIZER, text.replace("\n", "Ċ"))
    episode = Episode("p", (turn(text, ids), turn(text, ids)))
    rewards_by_turn = model_step_rewards(scores, [episode], form)
    for index in (0, 1):
        assert [step.reward for step in rewards_by_turn[0, index]] == pytest.approx(rewards)
        assert [step.end for step in rewards_by_turn[0, index]] == [5, 11, 16]
    turns = torch.tensor([[0] * len(ids) + [1] * len(ids)])
    token_rewards = place_step_rewards(decode, [episode], turns, rewards_by_turn)
    assert token_rewards.sum().item() == pytest.approx(2 * sum(rewards))
    assert token_rewards[0, len(ids) - 1].item() == pytest.approx(rewards[-1])


SOLUTION = "1+1=2\nso it is\nA: 2"


def test_prefixes_end_where_the_steps_of_the_verifiers_end() -> None:
    pieces = step_prefixes(SOLUTION)
    ends = [len("".join(pieces[: number + 1])) for number in range(len(pieces))]
    assert ends == [step.end for step in split_steps(SOLUTION)]


@pytest.mark.parametrize(
    ("form", "rewards"),
    [
        ("sparse", [0.0, 0.0, 0.75]),
        ("potential", [0.25, 0.25, 0.25]),
        ("dense", [0.25, 0.5, 0.75]),
    ],
)
def test_scores_become_rewards_of_steps(form: RewardForm, rewards: list[float]) -> None:
    assert step_rewards([0.25, 0.5, 0.75], form) == rewards


def test_the_potential_form_sums_to_the_sparse_one_for_any_number_of_steps() -> None:
    for scores in ([0.5], [0.25, 1.0, 0.5], [0.5] * 9):
        assert sum(step_rewards(scores, "potential")) == sum(step_rewards(scores, "sparse")) == 0.5


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ArgumentError, match="form must be one of 'dense', 'potential', 'sparse'"):
        step_rewards([0.5], "steps")  # type: ignore[arg-type]
