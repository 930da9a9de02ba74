"""Messages, conversations, and the completions that a policy returns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

__all__ = ["Completion", "Conversation", "Message", "Role", "StopReason"]


class Role(StrEnum):
    """The author of a message."""

    SYSTEM = "system"
    USER = "user"
    """The environment: an observation is a message of the user."""
    ASSISTANT = "assistant"
    """The policy: an action is a message of the assistant."""


class StopReason(StrEnum):
    """Why a completion ended."""

    END = "end"
    """The policy ended its message itself."""
    LENGTH = "length"
    """The message was cut off at the maximum number of new tokens."""
    STOP_STRING = "stop_string"
    """The message contained a stop string of the caller."""
    CONTEXT = "context"
    """The message was cut off, or is empty, because the context of the model is full."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    Attributes:
        role: The author.
        content: The text.
        token_ids: The tokens that a language model sampled for it, end token included;
            None if no model did. Later turns are conditioned on these tokens, since
            encoding ``content`` again may give others. They are ignored when messages are
            compared.

    Examples:
        >>> from rethink_gym.conversation import Message, Role
        >>> Message(Role.USER, "Compute 2+2.").to_dict()
        {'role': <Role.USER: 'user'>, 'content': 'Compute 2+2.', 'token_ids': None}
    """

    role: Role
    content: str
    token_ids: tuple[int, ...] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a message from the data that `to_dict` returned."""
        token_ids = data.get("token_ids")
        return cls(
            role=Role(data["role"]),
            content=data["content"],
            token_ids=None if token_ids is None else tuple(token_ids),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the message as plain JSON data."""
        return asdict(self)


Conversation = tuple[Message, ...]
"""Messages in order, the newest last."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a policy generated in one turn.

    Attributes:
        text: The text, without end token or stop string.
        token_ids: The sampled tokens, end token included; empty for a policy without
            tokens.
        log_probs: Natural logarithm of the probability of each sampled token under the
            distribution it was sampled from; as long as ``token_ids``.
        stop: Why the completion ended.

    Raises:
        ValueError: If ``log_probs`` is not as long as ``token_ids``.

    Examples:
        >>> from rethink_gym.conversation import Completion
        >>> completion = Completion("4", token_ids=(19, 2), log_probs=(-0.1, -0.2))
        >>> completion.message.content, completion.stop.value
        ('4', 'end')
    """

    text: str
    token_ids: tuple[int, ...] = ()
    log_probs: tuple[float, ...] = ()
    stop: StopReason = StopReason.END

    def __post_init__(self) -> None:
        if len(self.log_probs) != len(self.token_ids):
            raise ValueError(
                f"log_probs must be as long as token_ids ({len(self.token_ids)}), "
                f"got {len(self.log_probs)}"
            )

    @property
    def message(self) -> Message:
        """The completion as a message of the assistant."""
        return Message(Role.ASSISTANT, self.text, self.token_ids or None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a completion from the data that `to_dict` returned."""
        return cls(
            text=data["text"],
            token_ids=tuple(data["token_ids"]),
            log_probs=tuple(data["log_probs"]),
            stop=StopReason(data["stop"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the completion as plain JSON data."""
        return asdict(self)
