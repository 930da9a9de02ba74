"""Judges: language models, or functions used as such, that grade by replying to messages."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from rethink_gym.conversation import Completion, Conversation, Message, Role
from rethink_gym.errors import argument_error
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure

__all__ = ["Judge", "JudgePolicy", "ask_judge", "check_judge", "content_text"]

Messages = Sequence[Mapping[str, Any]]
"""Chat messages with ``role`` and ``content``."""

_TEXT_TYPES = ("text", "input_text", "output_text")
_MESSAGES = ("messages", "conversation")


@runtime_checkable
class JudgePolicy(Protocol):
    """A policy that can be used as a judge."""

    def act(self, conversations: Sequence[Conversation]) -> Sequence[Completion]:
        """Generate the next message of each conversation."""
        ...


Judge = Callable[..., str | None] | JudgePolicy | Mapping[str, "Judge"]
"""A language model that grades, or a function used as such.

A policy gets the conversation. A function whose first argument is called ``messages`` or
``conversation`` gets a list of messages with ``role`` and ``content``. Any other function
gets one text. A reply of None is a refusal. A mapping holds one judge per model name.
"""


def check_judge(judge: object, model: str, messages: Messages) -> None:
    """Check that a judge is given and can read these messages.

    Args:
        judge: The judge, or None.
        model: Name of the model in the grader's JSON.
        messages: Messages of the grader, with their templates not yet filled.

    Raises:
        ArgumentError: If ``judge`` is None, not a judge or has no entry for ``model``, or if
            it reads only texts and ``messages`` has other content.
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
    """Send messages to a judge and return its reply.

    Args:
        judge: The judge.
        model: Name of the model in the grader's JSON.
        messages: The messages, with their templates filled.

    Returns:
        The reply.

    Raises:
        Failure: If the judge raises, refuses, or returns something other than a text.
    """
    chosen = _choose(judge, model)
    try:
        reply = _call_judge(chosen, messages)
    except Exception as error:  # any error of a judge is counted as its failure
        raise Failure(
            ErrorKind.MODEL_GRADER_SERVER_ERROR, f"the judge failed: {error!r}"
        ) from error
    if reply is None:
        raise Failure(ErrorKind.MODEL_GRADER_REFUSAL_ERROR, "the judge refused")
    if not isinstance(reply, str):
        raise Failure(
            ErrorKind.MODEL_GRADER_SERVER_ERROR,
            f"the reply of the judge must be a text, got a {type(reply).__name__}",
        )
    return reply


def content_text(content: object) -> str:
    """Return the text of a message's content.

    Args:
        content: A text, a part such as ``{"type": "input_text", "text": ...}``, or a list
            of these.

    Returns:
        The texts of the parts, joined by line breaks.

    Raises:
        ArgumentError: If a part is not text, such as an image or audio.
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
        "A judge that is a function of `messages` also gets images and audio.",
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
    except (TypeError, ValueError):  # some built-in functions have no signature
        return False
    return next(iter(parameters), "") in _MESSAGES


def _call_judge(judge: object, messages: Messages) -> object:
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
