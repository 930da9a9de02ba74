"""The policy protocol and its adapters."""

import pytest
from tests.policies import Scripted

from rethink_gym.agents.policies import Policy, as_policy
from rethink_gym.conversation import Message, Role
from rethink_gym.errors import ArgumentError

QUESTION = Message(Role.USER, "one")
NEWEST = (QUESTION, Message(Role.ASSISTANT, "two"), Message(Role.USER, "three"))


def test_a_plain_function_answers_the_newest_message() -> None:
    (completion,) = as_policy(str.upper).act([NEWEST])
    assert completion.text == "THREE"
    assert completion.token_ids == ()
    assert completion.message == Message(Role.ASSISTANT, "THREE")


def test_a_policy_stays_itself() -> None:
    policy: Policy = Scripted(["yes"])
    assert as_policy(policy) is policy


@pytest.mark.parametrize("invalid", [3, "tiny", None, Scripted])
def test_objects_without_act_are_refused(invalid: object) -> None:
    with pytest.raises(ArgumentError, match="policy must be an object"):
        as_policy(invalid)  # type: ignore[arg-type]


def test_a_function_that_does_not_return_a_text_is_refused() -> None:
    with pytest.raises(ArgumentError, match="answer must be a str, got 42"):
        as_policy(lambda _: 42).act([NEWEST])  # type: ignore[arg-type,return-value]
