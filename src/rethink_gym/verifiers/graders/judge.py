"""Asks a judge: a model, or anything else, that reads messages and says what it thinks."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from rethink_gym.conversation import Completion, Conversation, Message, Role
from rethink_gym.errors import argument_error
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure

__all__ = ["Judge", "JudgePolicy", "ask_judge", "check_judge", "content_text"]

Messages = Sequence[Mapping[str, Any]]
"""Messages as chat interfaces take them: ``role`` and ``content``."""

_TEXT_TYPES = ("text", "input_text", "output_text")
_MESSAGES = ("messages", "conversation")


@runtime_checkable
class JudgePolicy(Protocol):
    """A policy that may be a judge."""

    def act(self, conversations: Sequence[Conversation]) -> Sequence[Completion]:
        """Say the next message of each conversation."""
        ...


Judge = Callable[..., str | None] | JudgePolicy | Mapping[str, "Judge"]
"""Who judges.

A policy gets the conversation. A function whose first argument is called ``messages`` or
``conversation`` gets a list of messages with ``role`` and ``content``; any other function
gets one text. None says that the judge refuses. A mapping holds a judge for each model
that graders name.
"""


def check_judge(judge: object, model: str, messages: Messages) -> None:
    """Check that there is a judge that can read these messages.

    Args:
        judge: A `Judge`, or None.
        model: The model that the grader names.
        messages: What it would be asked, as the grader's templates have it.

    Raises:
        ArgumentError: If there is none, or it only reads texts and there are others.
    """
    if judge is None:
        raise argument_error(
            "judge",
            "a policy, or a function str -> str, for graders that ask a model",
            None,
            "Pass it: grader_from_dict(data, judge=...).",
        )
    chosen = _choose(judge, model)
    if not _takes_messages(chosen):
        for message in messages:
            content_text(message["content"])


def ask_judge(judge: Judge, model: str, messages: Messages) -> str:
    """Ask a judge.

    Args:
        judge: Who judges.
        model: The model that the grader names.
        messages: What it is asked, ready to be read.

    Returns:
        What it said.

    Raises:
        Failure: If it raises, refuses, or says something that is no text.
    """
    chosen = _choose(judge, model)
    try:
        said = _ask(chosen, messages)
    except Exception as error:  # whatever a judge raises is its failure, and counted
        raise Failure(
            ErrorKind.MODEL_GRADER_SERVER_ERROR, f"the judge failed: {error!r}"
        ) from error
    if said is None:
        raise Failure(ErrorKind.MODEL_GRADER_REFUSAL_ERROR, "the judge refused")
    if not isinstance(said, str):
        raise Failure(
            ErrorKind.MODEL_GRADER_SERVER_ERROR, f"the judge said a {type(said).__name__}, no text"
        )
    return said


def content_text(content: object) -> str:
    """Return the text of a message's content.

    Args:
        content: A text, a part such as ``{"type": "input_text", "text": ...}``, or a list
            of these.

    Returns:
        The texts, one below the other.

    Raises:
        ArgumentError: If there is an image or a sound.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping) and content.get("type") in _TEXT_TYPES:
        text = content.get("text")
        if isinstance(text, str):
            return text
    elif isinstance(content, list | tuple):
        return "\n".join(map(content_text, content))
    raise argument_error(
        "content of a message",
        "text for a judge that reads texts",
        content,
        "A function of `messages` gets images and sounds, too.",
    )


def _choose(judge: object, model: str) -> object:
    if isinstance(judge, Mapping):
        if model not in judge:
            raise argument_error("judge", f"given for the model {model!r}", sorted(judge))
        return _choose(judge[model], model)
    if isinstance(judge, type) or not (isinstance(judge, JudgePolicy) or callable(judge)):
        raise argument_error("judge", "a policy or a function str -> str", judge)
    return judge


def _takes_messages(judge: object) -> bool:
    if isinstance(judge, JudgePolicy) or not callable(judge):
        return False
    try:
        parameters = inspect.signature(judge).parameters
    except (TypeError, ValueError):  # some built-in functions have none
        return False
    return next(iter(parameters), "") in _MESSAGES


def _ask(judge: object, messages: Messages) -> object:
    if isinstance(judge, JudgePolicy):
        conversation = tuple(
            Message(_role(message["role"]), content_text(message["content"]))
            for message in messages
        )
        return judge.act([conversation])[0].text
    assert callable(judge)  # as _choose checked
    if _takes_messages(judge):
        return judge([dict(message) for message in messages])
    texts = [(message["role"], content_text(message["content"])) for message in messages]
    if len(texts) == 1:
        return judge(texts[0][1])
    return judge("\n\n".join(f"{role.capitalize()}: {text}" for role, text in texts))


def _role(role: str) -> Role:
    return Role.SYSTEM if role == "developer" else Role(role)
