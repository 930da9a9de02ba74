"""The scripted policies that tests use."""

import pytest
from tests.policies import (
    FlipFlop,
    Oracle,
    RandomChoice,
    Scripted,
    Stubborn,
)

from rethink_gym.agents.policies import Policy
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.errors import ArgumentError


def answers(policy: Policy, num_turns: int, num_conversations: int = 2) -> list[list[str]]:
    """Play conversations that start with "0", "1", ... and continue with "again"."""
    conversations: list[Conversation] = [
        (Message(Role.USER, str(index)),) for index in range(num_conversations)
    ]
    texts: list[list[str]] = [[] for _ in conversations]
    for _ in range(num_turns):
        for index, completion in enumerate(policy.act(conversations)):
            texts[index].append(completion.text)
            conversations[index] += (completion.message, Message(Role.USER, "again"))
    return texts


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Scripted(["a", "b"]), [["a", "b", "b"], ["a", "b", "b"]]),
        (Oracle(lambda prompt: f"<{prompt}>"), [["<0>"] * 3, ["<1>"] * 3]),
        (Stubborn(lambda prompt: f"<{prompt}>"), [["<0>"] * 3, ["<1>"] * 3]),
        (FlipFlop(Scripted(["x"]), lambda text: text), [["x", "again", "x"]] * 2),
    ],
)
def test_scripted_policies_follow_their_script(policy: Policy, expected: list[list[str]]) -> None:
    assert answers(policy, num_turns=3) == expected


def test_stubborn_and_flip_flop_keep_conversations_of_different_turns_apart() -> None:
    fresh = (Message(Role.USER, "new"),)
    later = (*fresh, Message(Role.ASSISTANT, "old"), Message(Role.USER, "again"))
    conversations = [later, fresh, later]
    stubborn = [c.text for c in Stubborn(str.upper).act(conversations)]
    flip_flop = [c.text for c in FlipFlop(str.upper, str.title).act(conversations)]
    assert stubborn == ["old", "NEW", "old"]
    assert flip_flop == ["Again", "NEW", "Again"]


def test_random_choices_come_from_the_seed() -> None:
    texts = ["a", "b", "c"]
    runs = [answers(RandomChoice(texts, seed), 20) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert {text for conversation in runs[0] for text in conversation} == set(texts)


@pytest.mark.parametrize("texts", [[], "text"])
def test_a_script_without_texts_is_refused(texts: list[str]) -> None:
    for kind in (Scripted, RandomChoice):
        with pytest.raises(ArgumentError, match="texts must be a sequence of one or more texts"):
            kind(texts)
