"""Self-Refine: a policy that criticizes its answer and writes it again."""

from collections.abc import Callable, Sequence

from rethink_gym.agents.policies.adapters import act_at, as_policy
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.errors import argument_error, check_count

__all__ = ["CRITIQUE", "REWRITE", "SelfRefine"]

CRITIQUE = "Check your solution step by step, and say where it is wrong, if it is."
"""Prompt for a critique of the last answer."""

REWRITE = "Now write the whole solution again, and put right what you found."
"""Prompt for the answer that follows from the critique."""


class SelfRefine:
    """Answers with a draft, a critique of it, and a new version, all by one policy.

    The environment receives only the last version. A later attempt refines the attempt
    before it, which is its draft; the feedback of the environment comes before the first
    critique. Nothing is trained.

    A critique or new version that the model's context cuts off is dropped: the answer is
    then the version before it. For a later attempt, that may be the text of the attempt
    before.

    Args:
        policy: Policy that writes draft, critique and new version.
        num_rounds: Number of critiques, each with a new version, within one message.
        from_attempt: First attempt that is refined. Use 1 in an environment of one
            attempt; 2 leaves first attempts as the policy writes them.
        critique: Prompt for a critique.
        rewrite: Prompt for the new version.

    Raises:
        ArgumentError: If ``num_rounds`` or ``from_attempt`` is not a whole number of at
            least 1, or ``critique`` or ``rewrite`` is not a text or is empty.

    References:
        Madaan et al., "Self-Refine: Iterative Refinement with Self-Feedback", 2023,
        algorithm 1 (arXiv:2303.17651). The wording of the prompts is ours, and they have
        no examples.
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
        """Generate the next message of each conversation.

        Args:
            conversations: The conversations so far.

        Returns:
            The last version of each; its tokens are those of the policy. The text of an
            earlier attempt comes without tokens.

        Raises:
            PromptTooLongError: If a first prompt does not fit into the model's context.
        """
        attempts = [
            1 + sum(message.role is Role.ASSISTANT for message in conversation)
            for conversation in conversations
        ]
        drafted = [
            index
            for index, attempt in enumerate(attempts)
            if attempt == 1 or attempt < self._from_attempt
        ]
        drafts = act_at(self._policy.act, conversations, drafted)
        versions = dict(zip(drafted, drafts, strict=True))
        dialogues: dict[int, Conversation] = {}
        for index, attempt in enumerate(attempts):
            if attempt < self._from_attempt:
                continue
            if index in versions:
                dialogues[index] = (*conversations[index], versions[index].message, self._critique)
            else:
                dialogues[index] = self._ask_critique(conversations[index])
                versions[index] = Completion(_last_attempt(conversations[index]))
        for round_number in range(self._num_rounds):
            if round_number:
                dialogues = self._append(dialogues, self._critique)
            dialogues, _ = self._answer(dialogues)
            dialogues = self._append(dialogues, self._rewrite)
            dialogues, rewritten = self._answer(dialogues)
            versions |= rewritten
        return [versions[index] for index in range(len(conversations))]

    def _ask_critique(self, conversation: Conversation) -> Conversation:
        """Append the prompt for a critique to the newest message of the environment."""
        newest = conversation[-1].content
        return (*conversation[:-1], Message(Role.USER, f"{newest}\n{self._critique.content}"))

    def _append(
        self, dialogues: dict[int, Conversation], message: Message
    ) -> dict[int, Conversation]:
        return {index: (*dialogue, message) for index, dialogue in dialogues.items()}

    def _answer(
        self, dialogues: dict[int, Conversation]
    ) -> tuple[dict[int, Conversation], dict[int, Completion]]:
        """Answer dialogues; returns those that still fit, with the answers appended, and these."""
        answers = self._policy.act(list(dialogues.values()))
        kept = {
            index: answer
            for index, answer in zip(dialogues, answers, strict=True)
            if answer.stop is not StopReason.CONTEXT
        }
        return {index: (*dialogues[index], kept[index].message) for index in kept}, kept


def _last_attempt(conversation: Conversation) -> str:
    attempts = [message.content for message in conversation if message.role is Role.ASSISTANT]
    return attempts[-1]
