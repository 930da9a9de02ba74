"""A dialogue as tokens: the environment's messages encoded, the agent's token by token."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.errors import argument_error, check_count

__all__ = ["PADDING", "TokenCodec", "TokenDialogue"]

PADDING = -1
"""Fills an observation where it has no token; it is not a token of any tokenizer."""


@dataclass(frozen=True, kw_only=True)
class TokenCodec:
    """How a conversation is encoded as tokens, and sampled tokens are decoded to a text.

    Attributes:
        encode: Returns all tokens of a conversation, up to the start of the assistant's
            next message. A message with tokens of its own (`Message.token_ids`) is encoded
            as these.
        decode: Returns the text of sampled tokens, without the end token.
        end_ids: Tokens that end a message.
        vocab_size: Number of tokens in the vocabulary; they are the numbers from 0 on.

    Raises:
        ArgumentError: If ``vocab_size`` is not a whole number of at least 1.
    """

    encode: Callable[[Conversation], Sequence[int]]
    decode: Callable[[Sequence[int]], str]
    end_ids: frozenset[int]
    vocab_size: int

    def __post_init__(self) -> None:
        check_count("vocab_size", self.vocab_size)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # it never changes, so forks of an environment share it


class TokenDialogue:
    """A dialogue that grows by tokens.

    Args:
        codec: Encodes and decodes the messages.
        window: Maximum number of tokens of the whole dialogue.
        max_new_tokens: Maximum number of tokens of one message of the agent, end token
            included.

    Attributes:
        conversation: The complete messages, the newest last; the message that the agent is
            writing is not in it.
        token_ids: All tokens so far.

    Raises:
        ArgumentError: If ``window`` is below 2, or ``max_new_tokens`` below 1.
    """

    def __init__(self, codec: TokenCodec, *, window: int, max_new_tokens: int) -> None:
        self.codec = codec
        self.window = check_count("window", window, 2)
        self.max_new_tokens = check_count("max_new_tokens", max_new_tokens)
        self.conversation: Conversation = ()
        self.token_ids: list[int] = []
        self._new_ids: list[int] = []

    @property
    def is_full(self) -> bool:
        """Whether another token would exceed the window."""
        return len(self.token_ids) >= self.window

    def begin(self, observation: str) -> None:
        """Start a dialogue with the first message of the environment.

        Raises:
            ArgumentError: If the message fills the window, so that no answer fits.
        """
        self.conversation, self._new_ids = (), []
        self.listen(observation)
        if self.is_full:
            raise argument_error(
                "window",
                f"more than the {len(self.token_ids)} tokens of the first message",
                self.window,
                "Make it larger, or leave long problems out.",
            )

    def listen(self, observation: str) -> None:
        """Add the next message of the environment."""
        self.conversation += (Message(Role.USER, observation),)
        self.token_ids = list(self.codec.encode(self.conversation))

    def say(self, token_id: int) -> str | None:
        """Add a token to the agent's message.

        Args:
            token_id: The token.

        Returns:
            The whole message if this token ends it, by being an end token, by
            ``max_new_tokens`` or by the end of the window; None otherwise.
        """
        self.token_ids.append(token_id)
        self._new_ids.append(token_id)
        is_over = token_id in self.codec.end_ids or len(self._new_ids) >= self.max_new_tokens
        if not (is_over or self.is_full):
            return None
        text = self.codec.decode(self._new_ids)
        self.conversation += (Message(Role.ASSISTANT, text, tuple(self._new_ids)),)
        self._new_ids = []
        return text

    def to_array(self) -> npt.NDArray[np.int64]:
        """Return the newest tokens, int64, shape ``(window,)``, with `PADDING` on the left."""
        row = np.full(self.window, PADDING, dtype=np.int64)
        tokens = self.token_ids[-self.window :]
        row[self.window - len(tokens) :] = tokens
        return row

    def to_dict(self) -> dict[str, Any]:
        """Return the dialogue so far as plain JSON data."""
        return {
            "conversation": [message.to_dict() for message in self.conversation],
            "token_ids": list(self.token_ids),
            "new_ids": list(self._new_ids),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Restore the dialogue that `to_dict` returned."""
        self.conversation = tuple(map(Message.from_dict, data["conversation"]))
        self.token_ids = list(data["token_ids"])
        self._new_ids = list(data["new_ids"])
