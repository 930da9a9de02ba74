from collections.abc import Sequence

import pytest
from tests.agents.imitating import make_seven_env

from rethink_gym.agents.policies.self_refine import CRITIQUE, REWRITE, SelfRefine
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.conversation import Completion, Conversation, Message, Role
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.errors import ArgumentError


class Noting:
    """Answers each kind of question in its own words, and notes what it is asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        self.heard += [tuple(message.content for message in each) for each in conversations]
        return [Completion(self._answer(each)) for each in conversations]

    def _answer(self, conversation: Conversation) -> str:
        newest = conversation[-1].content
        if newest.endswith(CRITIQUE):
            return "flaw"
        return "7" if newest == REWRITE else "draft"


def user(text: str) -> Message:
    return Message(Role.USER, text)


def test_the_first_answer_is_left_as_it_is_and_the_second_refines_it() -> None:
    noting = Noting()
    policy = SelfRefine(noting)
    (played,) = play_episodes(policy, make_seven_env(1, max_attempts=2), [0])
    assert [turn.completion.text for turn in played.turns] == ["draft", "7"]
    prompt = played.turns[0].observation
    critique = f"{CORRECTION}\n{CRITIQUE}"
    assert noting.heard == [
        (prompt,),
        (prompt, "draft", critique),
        (prompt, "draft", critique, "flaw", REWRITE),
    ]


def test_in_an_environment_of_one_attempt_it_refines_its_own_draft() -> None:
    noting = Noting()
    policy = SelfRefine(noting, from_attempt=1)
    (played,) = play_episodes(policy, make_seven_env(1), [0])
    assert [turn.completion.text for turn in played.turns] == ["7"]
    assert [heard[-1] for heard in noting.heard[1:]] == [CRITIQUE, REWRITE]


def test_every_round_sees_the_rounds_before() -> None:
    noting = Noting()
    (said,) = SelfRefine(noting, from_attempt=1, num_rounds=2).act([(user("Q"),)])
    assert said.text == "7"
    thought = ("Q", "draft", CRITIQUE, "flaw", REWRITE, "7", CRITIQUE, "flaw", REWRITE)
    assert noting.heard[-1] == thought


def test_conversations_in_different_turns_are_answered_side_by_side() -> None:
    first, later = (user("Q"),), (user("Q"), Message(Role.ASSISTANT, "a"), user("again"))
    said = SelfRefine(Noting()).act([first, later, first])
    assert [each.text for each in said] == ["draft", "7", "draft"]


def test_attempts_before_the_chosen_one_are_plain() -> None:
    later = (user("Q"), Message(Role.ASSISTANT, "a"), user("again"))
    (said,) = SelfRefine(Noting(), from_attempt=3).act([later])
    assert said.text == "draft"


def test_no_conversations_are_answered_by_nothing() -> None:
    assert SelfRefine(Noting()).act([]) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_rounds": 0}, "num_rounds must be a whole number of at least 1"),
        ({"from_attempt": 0}, "from_attempt must be a whole number of at least 1"),
        ({"critique": ""}, "critique must be a text that is not empty"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SelfRefine(Noting(), **settings)  # type: ignore[arg-type]
