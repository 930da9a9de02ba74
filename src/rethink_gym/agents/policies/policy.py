"""The policy protocol: generate the next message of a conversation."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from rethink_gym.conversation import Completion, Conversation

__all__ = ["Policy"]


@runtime_checkable
class Policy(Protocol):
    """Generates the next message of conversations: any object with the method `act`."""

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Generate the next message of each conversation.

        Args:
            conversations: The conversations so far; the newest message of each is the
                one to answer.

        Returns:
            One completion per conversation, in order.
        """
        ...
