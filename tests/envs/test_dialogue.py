"""The promises of the rendered dialogue."""

from rethink_gym.conversation import Message, Role
from rethink_gym.envs.dialogue import render_dialogue
from rethink_gym.verdict import Reason, Verdict


def test_every_attempt_is_followed_by_its_verdict() -> None:
    conversation = (
        Message(Role.USER, "Compute 2+2.\nShow your work."),
        Message(Role.ASSISTANT, "A: 5"),
        Message(Role.USER, "Again."),
        Message(Role.ASSISTANT, ""),
        Message(Role.USER, "Again."),
        Message(Role.ASSISTANT, "A: 4"),
        Message(Role.USER, ""),
    )
    verdicts = (
        Verdict(0.0, False, Reason.DIFFERENT, "5", "5 is not 4"),
        Verdict(0.25, False, Reason.NO_ANSWER),
        Verdict(1.0, True, Reason.EQUAL, "4"),
    )
    assert render_dialogue("test/0", conversation, verdicts).splitlines() == [
        "── test/0 ──",
        "user",
        "  Compute 2+2.",
        "  Show your work.",
        "assistant, attempt 1",
        "  A: 5",
        "  ✗ different",
        "user",
        "  Again.",
        "assistant, attempt 2",
        "  ",
        "  ✗ no answer, score 0.25",
        "user",
        "  Again.",
        "assistant, attempt 3",
        "  A: 4",
        "  ✓ correct",
        "user",
        "  ",
    ]
