"""Scripted policies for tests."""

from collections.abc import Callable, Sequence
from random import Random

from rethink_gym.agents.policies.adapters import act_at, as_policy
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.conversation import Completion, Conversation, Role
from rethink_gym.errors import argument_error, check_count

__all__ = ["FlipFlop", "Oracle", "RandomChoice", "Scripted", "Stubborn"]


class Scripted:
    """Answers the same texts in every conversation, one per turn.

    Args:
        texts: Answer of each turn; the last one is repeated in all later turns.

    Raises:
        ArgumentError: If ``texts`` is empty or a str.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        if isinstance(texts, str) or not texts:
            raise argument_error("texts", "a sequence of one or more texts", texts)
        self._texts = tuple(texts)

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        last = len(self._texts) - 1
        return [
            Completion(self._texts[min(len(_answers(conversation)), last)])
            for conversation in conversations
        ]


class Oracle:
    """Answers every turn from the first message of the user, which is the whole problem.

    Args:
        solve: Function from that message to the answer.
    """

    def __init__(self, solve: Callable[[str], str]) -> None:
        self._solve = solve

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return [
            Completion(self._solve(next(m.content for m in conversation if m.role is Role.USER)))
            for conversation in conversations
        ]


class Stubborn:
    """Repeats its last answer in every turn.

    Args:
        first: Policy of the first answer.
    """

    def __init__(self, first: Policy | Callable[[str], str]) -> None:
        self._first = as_policy(first)

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        answers = [_answers(conversation) for conversation in conversations]
        first_turns = [index for index, earlier in enumerate(answers) if not earlier]
        first = iter(act_at(self._first.act, conversations, first_turns))
        return [Completion(earlier[-1]) if earlier else next(first) for earlier in answers]


class FlipFlop:
    """Alternates between two policies.

    Args:
        one: Policy of the first turn, the third, and so on.
        other: Policy of the second turn, the fourth, and so on.
    """

    def __init__(
        self, one: Policy | Callable[[str], str], other: Policy | Callable[[str], str]
    ) -> None:
        self._policies = (as_policy(one), as_policy(other))

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        turns = [len(_answers(conversation)) % 2 for conversation in conversations]
        completions = [
            iter(
                act_at(
                    policy.act,
                    conversations,
                    [index for index, turn in enumerate(turns) if turn == number],
                )
            )
            for number, policy in enumerate(self._policies)
        ]
        return [next(completions[turn]) for turn in turns]


class RandomChoice:
    """Draws every answer from a few texts.

    Args:
        texts: The texts, each with the same probability.
        seed: Seed of the random generator.

    Raises:
        ArgumentError: If ``texts`` is empty or a str, or ``seed`` is not a whole number of
            at least 0.
    """

    def __init__(self, texts: Sequence[str], seed: int = 0) -> None:
        if isinstance(texts, str) or not texts:
            raise argument_error("texts", "a sequence of one or more texts", texts)
        self._texts = tuple(texts)
        self._random = Random(check_count("seed", seed, 0))

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return [Completion(self._random.choice(self._texts)) for _ in conversations]


def _answers(conversation: Conversation) -> list[str]:
    return [message.content for message in conversation if message.role is Role.ASSISTANT]
