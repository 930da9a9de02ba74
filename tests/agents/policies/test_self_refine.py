"""Self-Refine: which prompts the policy gets, and which version is the answer."""

from collections.abc import Sequence

import pytest
from tests.agents.seven_env import make_seven_env

from rethink_gym.agents.policies.self_refine import CRITIQUE, REWRITE, SelfRefine
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.errors import ArgumentError, PromptTooLongError


class Recording:
    """Answers draft, critique and rewrite differently, and records the conversations."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, ...]] = []

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        self.recorded += [tuple(message.content for message in each) for each in conversations]
        return [Completion(self._answer(each)) for each in conversations]

    def _answer(self, conversation: Conversation) -> str:
        newest = conversation[-1].content
        if newest.endswith(CRITIQUE):
            return "flaw"
        return "7" if newest == REWRITE else "draft"


def user(text: str) -> Message:
    return Message(Role.USER, text)


def test_the_first_answer_is_unchanged_and_the_second_refines_it() -> None:
    recording = Recording()
    policy = SelfRefine(recording)
    (played,) = play_episodes(policy, make_seven_env(1, max_attempts=2), [0])
    assert [turn.completion.text for turn in played.turns] == ["draft", "7"]
    prompt = played.turns[0].observation
    critique = f"{CORRECTION}\n{CRITIQUE}"
    assert recording.recorded == [
        (prompt,),
        (prompt, "draft", critique),
        (prompt, "draft", critique, "flaw", REWRITE),
    ]


def test_in_an_environment_of_one_attempt_it_refines_its_own_draft() -> None:
    recording = Recording()
    policy = SelfRefine(recording, from_attempt=1)
    (played,) = play_episodes(policy, make_seven_env(1), [0])
    assert [turn.completion.text for turn in played.turns] == ["7"]
    assert [texts[-1] for texts in recording.recorded[1:]] == [CRITIQUE, REWRITE]


def test_every_round_sees_the_rounds_before() -> None:
    recording = Recording()
    (completion,) = SelfRefine(recording, from_attempt=1, num_rounds=2).act([(user("Q"),)])
    assert completion.text == "7"
    dialogue = ("Q", "draft", CRITIQUE, "flaw", REWRITE, "7", CRITIQUE, "flaw", REWRITE)
    assert recording.recorded[-1] == dialogue


def test_conversations_in_different_turns_are_answered_side_by_side() -> None:
    first, later = (user("Q"),), (user("Q"), Message(Role.ASSISTANT, "a"), user("again"))
    completions = SelfRefine(Recording()).act([first, later, first])
    assert [each.text for each in completions] == ["draft", "7", "draft"]


def test_attempts_before_the_chosen_one_are_plain() -> None:
    later = (user("Q"), Message(Role.ASSISTANT, "a"), user("again"))
    (completion,) = SelfRefine(Recording(), from_attempt=3).act([later])
    assert completion.text == "draft"


def test_no_conversation_gives_no_completion() -> None:
    assert SelfRefine(Recording()).act([]) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_rounds": 0}, "num_rounds must be a whole number of at least 1"),
        ({"from_attempt": 0}, "from_attempt must be a whole number of at least 1"),
        ({"critique": ""}, "critique must be a text that is not empty"),
    ],
)
def test_invalid_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SelfRefine(Recording(), **settings)  # type: ignore[arg-type]


class SmallContext(Recording):
    """Answers conversations up to a number of messages; longer ones fill its context."""

    def __init__(self, max_messages: int) -> None:
        super().__init__()
        self._max_messages = max_messages

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return [
            completion
            if len(conversation) <= self._max_messages
            else Completion("", (), (), StopReason.CONTEXT)
            for conversation, completion in zip(
                conversations, super().act(conversations), strict=True
            )
        ]


@pytest.mark.parametrize(
    ("max_messages", "text"),
    [
        (1, "draft"),  # the critique does not fit
        (3, "draft"),  # the new version does not fit
        (5, "7"),
        (7, "7"),  # the second new version does not fit
    ],
)
def test_a_version_that_does_not_fit_the_context_is_dropped_for_the_one_before(
    max_messages: int, text: str
) -> None:
    policy = SelfRefine(SmallContext(max_messages), from_attempt=1, num_rounds=2)
    completions = policy.act([(user("Q"),), (user("Q"),)])
    assert [each.text for each in completions] == [text, text]
    assert {each.stop for each in completions} == {StopReason.END}


def test_a_later_attempt_that_cannot_be_refined_repeats_the_attempt_before() -> None:
    first, later = (user("Q"),), (user("Q"), Message(Role.ASSISTANT, "a"), user("again"))
    completions = SelfRefine(SmallContext(2)).act([first, later])
    assert completions == [Completion("draft"), Completion("a")]


class Refusing:
    """Refuses the second conversation, as a language model refuses a first prompt."""

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        raise PromptTooLongError("too long", 1)


def test_a_first_prompt_that_is_too_long_is_named_by_its_own_index() -> None:
    first, later = (user("Q"),), (user("Q"), Message(Role.ASSISTANT, "a"), user("again"))
    with pytest.raises(PromptTooLongError) as caught:
        SelfRefine(Refusing()).act([first, later, later, first])
    assert caught.value.index == 3
