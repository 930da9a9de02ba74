"""What is said: messages, conversations, and what a policy returns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

__all__ = ["Completion", "Conversation", "Message", "Role", "StopReason"]


class Role(StrEnum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    """The environment: an observation is a user's message."""
    ASSISTANT = "assistant"
    """The policy: an action is an assistant's message."""


class StopReason(StrEnum):
    """Why a policy stopped talking."""

    END = "end"
    """The policy ended its message itself."""
    LENGTH = "length"
    """The limit of tokens cut the message off."""
    STOP_STRING = "stop_string"
    """A stop string of the caller was generated."""
    CONTEXT = "context"
    """The model's context is full: the message was cut off there, or nothing fits at all."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    Attributes:
        role: Who says it.
        content: What is said.
        token_ids: The tokens it was sampled as, the end token included, if a
            language model said it. They are what later turns are conditioned on,
            since encoding ``content`` anew may give other tokens. They do not
            take part in comparisons.
    """

    role: Role
    content: str
    token_ids: tuple[int, ...] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a message from what `to_dict` returned."""
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
"""Messages in the order they were said, the newest last."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a policy said in one turn.

    Attributes:
        text: What was said, without end token or stop string.
        token_ids: The sampled tokens, the end token included; empty for a policy
            that has no tokens.
        log_probs: Natural-log probability of each sampled token under the
            distribution it was drawn from; as long as ``token_ids``.
        stop: Why it stopped there.

    Raises:
        ValueError: If ``log_probs`` is not as long as ``token_ids``.
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
        """The completion as the assistant's message of a conversation."""
        return Message(Role.ASSISTANT, self.text, self.token_ids or None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a completion from what `to_dict` returned."""
        return cls(
            text=data["text"],
            token_ids=tuple(data["token_ids"]),
            log_probs=tuple(data["log_probs"]),
            stop=StopReason(data["stop"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the completion as plain JSON data."""
        return asdict(self)
