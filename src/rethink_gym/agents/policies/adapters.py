"""Episodes that another policy begins: its first attempts, corrected by the one that learns."""

from collections.abc import Callable, Sequence

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation

__all__ = ["MixedFirstAttempts", "SampledPolicy"]


class MixedFirstAttempts:
    """A policy some of whose first attempts are another one's.

    Episodes are played in the order of their problems, all samples of a problem one
    after the other, so which samples are begun by the base follows from counting.

    Args:
        policy: Says all other messages.
        base: Says the first attempts.
        begun: Of each problem's samples, how many begin with the base's attempt; the
            first ones.
        out_of: Samples per problem.
    """

    def __init__(
        self,
        policy: Policy,
        base: Callable[[Sequence[Conversation]], list[Completion]],
        *,
        num_from_base: int,
        samples_per_problem: int,
    ) -> None:
        self._policy = policy
        self._base = base
        self._begun = num_from_base
        self._out_of = samples_per_problem
        self._num_episodes = 0

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say the next message of each conversation."""
        is_base = [self._is_begun(conversation) for conversation in conversations]
        pairs = list(zip(conversations, is_base, strict=True))
        by_base = iter(self._base([said for said, is_its in pairs if is_its]))
        by_policy = iter(self._policy.act([said for said, is_its in pairs if not is_its]))
        return [next(by_base if is_its else by_policy) for is_its in is_base]

    def _is_begun(self, conversation: Conversation) -> bool:
        if len(conversation) > 1:
            return False
        place = self._num_episodes % self._out_of
        self._num_episodes += 1
        return place < self._begun


class SampledPolicy:
    """A language model that samples with given settings, whatever its own are.

    Args:
        policy: The language model.
        sampling: How it samples.
    """

    def __init__(self, policy: LanguageModel, sampling: SamplingConfig) -> None:
        self._policy = policy
        self._sampling = sampling

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Generate the next message of each conversation."""
        return self._policy.act(conversations, self._sampling)
