"""Self-Refine: a policy that criticises what it said, and says it anew."""

from collections.abc import Callable, Sequence

from rethink_gym.agents.policies.policy import Policy, as_policy
from rethink_gym.conversation import Completion, Conversation, Message, Role
from rethink_gym.errors import argument_error, check_count

__all__ = ["CRITIQUE", "REWRITE", "SelfRefine"]

CRITIQUE = "Check your solution step by step, and say where it is wrong, if it is."
"""Asks for a critique of the last answer."""

REWRITE = "Now write the whole solution again, and put right what you found."
"""Asks for the answer that follows from the critique."""


class SelfRefine:
    """Answers by a draft, a critique of it, and a new version, all by one policy.

    What it thinks in between stays with it: the environment is told the last version
    only. A later attempt refines the attempt before it, which takes the place of the
    draft; what the environment said of it stands before the first critique. Nothing is
    trained.

    Args:
        policy: Says draft, critique and new version.
        num_rounds: How often it criticises and rewrites within one message.
        from_attempt: The first attempt that it refines: 1 in an environment of one
            attempt; 2 leaves first attempts as the policy gives them.
        critique: How it is asked for a critique.
        rewrite: How it is asked for the new version.

    Raises:
        ArgumentError: If an argument is not what it must be.

    References:
        Madaan et al., "Self-Refine: Iterative Refinement with Self-Feedback", 2023,
        algorithm 1 (arXiv:2303.17651); the wording is ours, and there are no examples
        in the prompt.
    """

    def __init__(
        self,
        policy: Policy | Callable[[str], str],
        *,
        num_rounds: int = 1,
        from_attempt: int = 2,
        critique: str = CRITIQUE,
        rewrite: str = REWRITE,
    ) -> None:
        for name, text in (("critique", critique), ("rewrite", rewrite)):
            if not isinstance(text, str) or not text:
                raise argument_error(name, "a text that is not empty", text)
        self._policy = as_policy(policy)
        self._num_rounds = check_count("num_rounds", num_rounds)
        self._from_attempt = check_count("from_attempt", from_attempt)
        self._critique = Message(Role.USER, critique)
        self._rewrite = Message(Role.USER, rewrite)

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say the next message of each conversation.

        Args:
            conversations: What was said so far.

        Returns:
            The last version of each; its tokens are those of the policy.
        """
        attempts = [
            1 + sum(message.role is Role.ASSISTANT for message in conversation)
            for conversation in conversations
        ]
        refined = [place for place, attempt in enumerate(attempts) if attempt >= self._from_attempt]
        drafted = [
            place
            for place, attempt in enumerate(attempts)
            if attempt == 1 or attempt < self._from_attempt
        ]
        drafts = self._policy.act([conversations[place] for place in drafted])
        said = dict(zip(drafted, drafts, strict=True))
        thoughts = [
            (*conversations[place], said[place].message, self._critique)
            if place in said
            else self._criticising(conversations[place])
            for place in refined
        ]
        for round_number in range(self._num_rounds):
            if round_number:
                thoughts = [(*thought, self._critique) for thought in thoughts]
            thoughts, _ = self._answered(thoughts)
            thoughts = [(*thought, self._rewrite) for thought in thoughts]
            thoughts, versions = self._answered(thoughts)
            said.update(zip(refined, versions, strict=True))
        return [said[place] for place in range(len(conversations))]

    def _criticising(self, conversation: Conversation) -> Conversation:
        """Ask for a critique behind the newest message of the environment."""
        newest = conversation[-1].content
        return (*conversation[:-1], Message(Role.USER, f"{newest}\n{self._critique.content}"))

    def _answered(
        self, conversations: Sequence[Conversation]
    ) -> tuple[list[Conversation], list[Completion]]:
        """Answer every conversation; returns them with the answers in, and the answers."""
        answers = self._policy.act(conversations)
        said = [
            (*conversation, answer.message)
            for conversation, answer in zip(conversations, answers, strict=True)
        ]
        return said, answers
