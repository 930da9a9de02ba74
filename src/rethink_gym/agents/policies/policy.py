"""What a policy is: something that says the next message of a conversation."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from rethink_gym.conversation import Completion, Conversation
from rethink_gym.errors import argument_error

__all__ = ["FunctionPolicy", "Policy", "as_policy"]


@runtime_checkable
class Policy(Protocol):
    """Says the next message of conversations; models, scripts and people alike."""

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say the next message of each conversation.

        Args:
            conversations: What was said so far; the newest message of each is
                the one to answer.

        Returns:
            One completion per conversation, in order.
        """
        ...


class FunctionPolicy:
    """Answers the newest message by a plain function from text to text.

    Args:
        function: Gets the content of the newest message, returns the answer.
    """

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Answer the newest message of each conversation; no tokens are known.

        Raises:
            ArgumentError: If the function returns something else than a text.
        """
        return [Completion(self._answer(conversation)) for conversation in conversations]

    def _answer(self, conversation: Conversation) -> str:
        answer = self._function(conversation[-1].content)
        if not isinstance(answer, str):
            raise argument_error("policy function's answer", "a str", answer)
        return answer


def as_policy(policy: Policy | Callable[[str], str]) -> Policy:
    """Make a policy of whatever can answer.

    Args:
        policy: A `Policy`, or a plain function from the newest message to the
            answer.

    Returns:
        The policy itself, or one that asks the function.

    Raises:
        ArgumentError: If it is neither.
    """
    if isinstance(policy, type):
        raise argument_error(
            "policy", "an object, not a class", policy, f"Call it: {policy.__name__}(...)."
        )
    if isinstance(policy, Policy):
        return policy
    if callable(policy):
        return FunctionPolicy(policy)
    raise argument_error(
        "policy",
        "an object with the method act(conversations), or a function str -> str",
        policy,
        'A language model is loaded by LanguageModel.from_pretrained("tiny").',
    )
