"""Policies that follow a script: yardsticks, and stand-ins for models in tests and demos."""

from collections.abc import Callable, Sequence
from random import Random

from rethink_gym.agents.policies.policy import Policy, as_policy
from rethink_gym.conversation import Completion, Conversation, Role
from rethink_gym.errors import argument_error, check_count

__all__ = ["FlipFlop", "Oracle", "RandomChoice", "Scripted", "Stubborn"]


class Scripted:
    """Says the same texts in every conversation, one per turn.

    Args:
        texts: What to say in each turn; the last one is said in all later turns.

    Raises:
        ArgumentError: If there is no text.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        if isinstance(texts, str) or not texts:
            raise argument_error("texts", "a sequence of one or more texts", texts)
        self._texts = tuple(texts)

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say the text of the turn that each conversation is in."""
        last = len(self._texts) - 1
        return [
            Completion(self._texts[min(len(_answers(conversation)), last)])
            for conversation in conversations
        ]


class Oracle:
    """Answers every turn from the first message, which holds the whole problem.

    Args:
        solve: From that message to the answer.
    """

    def __init__(self, solve: Callable[[str], str]) -> None:
        self._solve = solve

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Solve the problem that each conversation began with."""
        return [
            Completion(self._solve(next(m.content for m in conversation if m.role is Role.USER)))
            for conversation in conversations
        ]


class Stubborn:
    """Repeats its last answer, whatever it is told.

    Args:
        first: Gives the first answer.
    """

    def __init__(self, first: Policy | Callable[[str], str]) -> None:
        self._first = as_policy(first)

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say again what was said before, or ask for a first answer."""
        answers = [_answers(conversation) for conversation in conversations]
        fresh = iter(
            self._first.act(
                [
                    conversation
                    for conversation, said in zip(conversations, answers, strict=True)
                    if not said
                ]
            )
        )
        return [Completion(said[-1]) if said else next(fresh) for said in answers]


class FlipFlop:
    """Changes its mind every turn.

    Args:
        one: Answers the first turn, the third, and so on.
        other: Answers the second turn, the fourth, and so on.
    """

    def __init__(
        self, one: Policy | Callable[[str], str], other: Policy | Callable[[str], str]
    ) -> None:
        self._policies = (as_policy(one), as_policy(other))

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Answer each conversation by the policy whose turn it is."""
        turns = [len(_answers(conversation)) % 2 for conversation in conversations]
        said = [
            iter(
                policy.act(
                    [c for c, turn in zip(conversations, turns, strict=True) if turn == place]
                )
            )
            for place, policy in enumerate(self._policies)
        ]
        return [next(said[turn]) for turn in turns]


class RandomChoice:
    """Draws every answer from a few texts.

    Args:
        texts: What may be said, each with the same probability.
        seed: Equal seeds say the same.

    Raises:
        ArgumentError: If there is no text, or the seed is no whole number from 0.
    """

    def __init__(self, texts: Sequence[str], seed: int = 0) -> None:
        if isinstance(texts, str) or not texts:
            raise argument_error("texts", "a sequence of one or more texts", texts)
        self._texts = tuple(texts)
        self._random = Random(check_count("seed", seed, 0))

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Draw an answer for each conversation."""
        return [Completion(self._random.choice(self._texts)) for _ in conversations]


def _answers(conversation: Conversation) -> list[str]:
    return [message.content for message in conversation if message.role is Role.ASSISTANT]
