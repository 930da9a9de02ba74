"""Adapters that turn functions, algorithms and other policies into a policy."""

from collections.abc import Callable, Sequence
from typing import Protocol

from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.errors import PromptTooLongError, argument_error

__all__ = [
    "AlgorithmPolicy",
    "FixedSamplingPolicy",
    "FunctionPolicy",
    "MixedFirstAttempts",
    "act_at",
    "as_policy",
]


class FunctionPolicy:
    """Answers the newest message with a plain function from text to text.

    Args:
        function: Function from the content of the newest message to the answer.
    """

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Answer the newest message of each conversation; the completions have no tokens.

        Raises:
            ArgumentError: If the function returns a value that is not a str.
        """
        return [Completion(self._answer(conversation)) for conversation in conversations]

    def _answer(self, conversation: Conversation) -> str:
        answer = self._function(conversation[-1].content)
        if not isinstance(answer, str):
            raise argument_error("policy function's answer", "a str", answer)
        return answer


class _Algorithm(Protocol):
    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool
    ) -> list[Completion]: ...


class AlgorithmPolicy:
    """Acts as a learning algorithm does, greedily or as in training.

    Args:
        algorithm: The algorithm; its later updates change the policy too.
        deterministic: Whether to decode greedily instead of sampling as in training.
    """

    def __init__(self, algorithm: _Algorithm, *, deterministic: bool) -> None:
        self._algorithm = algorithm
        self._deterministic = deterministic

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Generate the next message of each conversation."""
        return self._algorithm.act(conversations, deterministic=self._deterministic)


class HasSampling(Protocol):
    """A policy that accepts sampling settings, as `LanguageModel` does."""

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]: ...


class FixedSamplingPolicy:
    """Samples from a policy with given settings instead of its own.

    Args:
        policy: A language model, or another policy that accepts sampling settings.
        sampling: The settings.
    """

    def __init__(self, policy: HasSampling, sampling: SamplingConfig) -> None:
        self._policy = policy
        self._sampling = sampling

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Generate the next message of each conversation."""
        return self._policy.act(conversations, self._sampling)


class MixedFirstAttempts:
    """Samples some first attempts from a base policy, and all other messages from another.

    Episodes must be played in the order of their problems, all samples of a problem one
    after the other. So the number of first attempts so far decides which policy is next.

    Args:
        policy: Policy of all other messages.
        base: Function that samples first attempts from the base policy.
        num_from_base: Number of samples per problem whose first attempt is from the base
            policy; they are the first ones.
        samples_per_problem: Number of samples per problem.
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
        self._num_from_base = num_from_base
        self._samples_per_problem = samples_per_problem
        self._num_episodes = 0

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Generate the next message of each conversation."""
        is_base = [self._is_from_base(conversation) for conversation in conversations]
        from_base = [index for index, base in enumerate(is_base) if base]
        others = [index for index, base in enumerate(is_base) if not base]
        completions = dict(
            zip(from_base, act_at(self._base, conversations, from_base), strict=True)
        )
        completions |= zip(others, act_at(self._policy.act, conversations, others), strict=True)
        return [completions[index] for index in range(len(conversations))]

    def _is_from_base(self, conversation: Conversation) -> bool:
        if len(conversation) > 1:
            return False
        sample = self._num_episodes % self._samples_per_problem
        self._num_episodes += 1
        return sample < self._num_from_base


def act_at(
    act: Callable[[Sequence[Conversation]], list[Completion]],
    conversations: Sequence[Conversation],
    indices: Sequence[int],
) -> list[Completion]:
    """Let a policy answer some of several conversations.

    Args:
        act: The policy's method ``act``.
        conversations: All conversations.
        indices: Indices of the conversations to answer.

    Returns:
        The completions, in the order of ``indices``.

    Raises:
        PromptTooLongError: If the policy raises it; its ``index`` then counts all
            ``conversations``.
    """
    try:
        return act([conversations[index] for index in indices])
    except PromptTooLongError as error:
        error.index = indices[error.index]
        raise


def as_policy(policy: Policy | Callable[[str], str]) -> Policy:
    """Wrap a callable or policy object as a `Policy`.

    Args:
        policy: A `Policy`, or a plain function from the newest message to the answer.

    Returns:
        The policy itself, or a `FunctionPolicy`.

    Raises:
        ArgumentError: If ``policy`` is neither, or is a class.
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
