"""Adapters: functions, algorithms and mixtures as policies."""

from collections.abc import Sequence

import pytest
from tests.policies import Scripted

from rethink_gym.agents.policies.adapters import AlgorithmPolicy, MixedFirstAttempts, act_at
from rethink_gym.conversation import Completion, Conversation, Message, Role
from rethink_gym.errors import PromptTooLongError

FIRST: Conversation = (Message(Role.USER, "one"),)
LATER: Conversation = (*FIRST, Message(Role.ASSISTANT, "two"), Message(Role.USER, "three"))


class Algorithm:
    """Answers with the decoding mode that it was called with."""

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool
    ) -> list[Completion]:
        return [Completion("greedy" if deterministic else "sampled") for _ in conversations]


@pytest.mark.parametrize(("deterministic", "text"), [(True, "greedy"), (False, "sampled")])
def test_an_algorithm_acts_greedily_or_as_in_training(deterministic: bool, text: str) -> None:
    policy = AlgorithmPolicy(Algorithm(), deterministic=deterministic)
    assert [each.text for each in policy.act([FIRST, LATER])] == [text, text]


def test_the_first_samples_of_each_problem_start_from_the_base_policy() -> None:
    policy = MixedFirstAttempts(
        Scripted(["own"]), Scripted(["base"]).act, num_from_base=2, samples_per_problem=3
    )
    texts = [each.text for each in policy.act([FIRST, FIRST, LATER, FIRST, FIRST])]
    assert texts == ["base", "base", "own", "own", "base"]
    # The next call continues with the second sample of the second problem.
    assert [each.text for each in policy.act([LATER, FIRST, FIRST])] == ["own", "base", "own"]


def test_some_conversations_are_answered_in_the_order_of_their_indices() -> None:
    conversations = [(Message(Role.USER, text),) for text in "abc"]
    assert [each.text for each in act_at(echo, conversations, [2, 0])] == ["c", "a"]


def echo(conversations: Sequence[Conversation]) -> list[Completion]:
    return [Completion(conversation[-1].content) for conversation in conversations]


def test_a_prompt_that_is_too_long_is_named_by_its_index_in_all_conversations() -> None:
    def refuse(conversations: Sequence[Conversation]) -> list[Completion]:
        raise PromptTooLongError("too long", len(conversations) - 1)

    with pytest.raises(PromptTooLongError) as caught:
        act_at(refuse, [LATER, FIRST, LATER, FIRST], [1, 3])
    assert caught.value.index == 3
