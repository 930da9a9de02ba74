"""One dialogue as tokens: the environment's messages encoded, the agent's said token by token."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.errors import argument_error, check_count

__all__ = ["PADDING", "TokenCodec", "TokenDialogue"]

PADDING = -1
"""Stands in an observation where there is no token; no tokenizer has it."""


@dataclass(frozen=True, kw_only=True)
class TokenCodec:
    """How a conversation becomes tokens, and sampled tokens a text.

    Attributes:
        encode: Returns all tokens of a conversation, up to where the assistant goes on.
            The tokens of a message that carries its own (`Message.token_ids`) are these.
        decode: Returns the text of sampled tokens, without the end token.
        end_ids: The tokens that end a message.
        vocab_size: How many tokens there are; they are the numbers from 0 on.

    Raises:
        ArgumentError: If ``vocab_size`` is no such number.
    """

    encode: Callable[[Conversation], Sequence[int]]
    decode: Callable[[Sequence[int]], str]
    end_ids: frozenset[int]
    vocab_size: int

    def __post_init__(self) -> None:
        check_count("vocab_size", self.vocab_size)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # forks of an environment share it: nothing of it changes


class TokenDialogue:
    """A dialogue that grows by tokens.

    Args:
        codec: Encodes and decodes.
        window: Most tokens of the whole dialogue.
        max_new_tokens: Most tokens of one message of the agent, the end token included.

    Attributes:
        conversation: What was said, the newest message last; a message that the agent
            has not ended yet is no part of it.
        token_ids: All tokens so far.

    Raises:
        ArgumentError: If a number is out of its range.
    """

    def __init__(self, codec: TokenCodec, *, window: int, max_new_tokens: int) -> None:
        self.codec = codec
        self.window = check_count("window", window, 2)
        self.max_new_tokens = check_count("max_new_tokens", max_new_tokens)
        self.conversation: Conversation = ()
        self.token_ids: list[int] = []
        self._said: list[int] = []

    @property
    def is_full(self) -> bool:
        """Whether the window has no room for another token."""
        return len(self.token_ids) >= self.window

    def begin(self, observation: str) -> None:
        """Start anew with the first message of the environment.

        Raises:
            ArgumentError: If it leaves no room for an answer in the window.
        """
        self.conversation, self._said = (), []
        self.listen(observation)
        if self.is_full:
            raise argument_error(
                "window",
                f"more than the {len(self.token_ids)} tokens of the first message",
                self.window,
                "Make it larger, or leave long problems out.",
            )

    def listen(self, observation: str) -> None:
        """Take the next message of the environment."""
        self.conversation += (Message(Role.USER, observation),)
        self.token_ids = list(self.codec.encode(self.conversation))

    def say(self, token_id: int) -> str | None:
        """Add a token to the agent's message.

        Args:
            token_id: The token.

        Returns:
            The whole message if it ends here, by an end token, by its length or at the
            end of the window; None otherwise.
        """
        self.token_ids.append(token_id)
        self._said.append(token_id)
        is_over = token_id in self.codec.end_ids or len(self._said) >= self.max_new_tokens
        if not (is_over or self.is_full):
            return None
        text = self.codec.decode(self._said)
        self.conversation += (Message(Role.ASSISTANT, text, tuple(self._said)),)
        self._said = []
        return text

    def to_array(self) -> npt.NDArray[np.int64]:
        """Return the newest tokens, int64, shape ``(window,)``, `PADDING` in front of them."""
        row = np.full(self.window, PADDING, dtype=np.int64)
        tokens = self.token_ids[-self.window :]
        row[self.window - len(tokens) :] = tokens
        return row

    def to_dict(self) -> dict[str, Any]:
        """Return all that was said so far as plain JSON data."""
        return {
            "conversation": [message.to_dict() for message in self.conversation],
            "token_ids": list(self.token_ids),
            "said": list(self._said),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Go back to what `to_dict` returned."""
        self.conversation = tuple(map(Message.from_dict, data["conversation"]))
        self.token_ids = list(data["token_ids"])
        self._said = list(data["said"])
