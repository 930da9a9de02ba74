"""Plays a policy on held-out problems and measures what it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from rethink_gym.agents.policies.policy import Policy, as_policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import env_attribute, make_text_env, play_episodes
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.metrics.comparison import metric_intervals
from rethink_gym.metrics.intervals import Interval
from rethink_gym.metrics.turns import TurnMetrics, reason_counts, turn_metrics

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a policy did on a set of problems.

    Attributes:
        env_id: Where it played.
        split: Which problems they are.
        episodes: What was played, one episode per problem.
    """

    env_id: str
    split: str
    episodes: tuple[Episode, ...]

    @cached_property
    def metrics(self) -> TurnMetrics:
        """The means over all problems."""
        return turn_metrics(self.episodes)

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The 95 % interval of each metric, under the names of `TurnMetrics.to_scalars`."""
        return metric_intervals(self.episodes)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the episodes as plain JSON data."""
        return {
            "env_id": self.env_id,
            "split": self.split,
            "metrics": self.metrics.to_dict(),
            "intervals": {name: value.to_dict() for name, value in self.intervals.items()},
            "reasons": [
                {reason.value: count for reason, count in sorted(counts.items())}
                for counts in reason_counts(self.episodes)
            ],
        }


@runtime_checkable
class SampledPolicy(Policy, Protocol):
    """A policy that can be told how to draw its messages, as a language model can."""

    sampling: SamplingConfig

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        """Say the next message of each conversation, drawn as told."""
        ...


def evaluate(
    policy: Policy | Callable[[str], str],
    env_id: str,
    *,
    problems: int | Sequence[int],
    split: str = "test",
    sampling: SamplingConfig | None = None,
    num_envs: int = 128,
    env_kwargs: Mapping[str, object] | None = None,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Play one episode per problem and measure them.

    Args:
        policy: What answers: a language model, any other policy, or a plain
            function from the newest message to the answer.
        env_id: Where to play, such as ``"MathSelfCorrect-v0"``.
        problems: Indices of the problems, or how many of the first ones.
        split: Which problems the indices count.
        sampling: How a language model draws its messages; by default as it would
            anyway, but always the likeliest token (temperature 0).
        num_envs: How many episodes are played at once.
        env_kwargs: Further arguments of the environment.
        seed: Decides what is left to chance in the environment.
        on_progress: Called now and then with how many episodes are finished.

    Returns:
        The episodes, in the order of the problems, and what they show.

    Raises:
        ArgumentError: If an argument is not what it must be, if the split has fewer
            problems, or if ``sampling`` is given for a policy that does not sample.
    """
    indices = range(check_count("problems", problems)) if isinstance(problems, int) else problems
    if not indices:
        raise argument_error("problems", "one or more problems", problems)
    check_count("num_envs", num_envs)
    if env_kwargs and "split" in env_kwargs:
        remedy = "Which problems to play is said by the argument split alone."
        raise argument_error("env_kwargs", "without 'split'", env_kwargs, remedy)
    told = _told(as_policy(policy), sampling)
    env = make_text_env(
        env_id, min(num_envs, len(indices)), **{**(env_kwargs or {}), "split": split}
    )
    try:
        _check_problems(indices, env_attribute(env, "num_problems", None), split)
        episodes = play_episodes(told, env, indices, seed=seed, on_progress=on_progress)
    finally:
        env.close()
    return Evaluation(env_id=env_id, split=split, episodes=tuple(episodes))


def _check_problems(indices: Sequence[int], num_problems: int | None, split: str) -> None:
    if num_problems is not None and not 0 <= min(indices) <= max(indices) < num_problems:
        must_be = f"among the {num_problems} of the split {split!r}"
        raise argument_error("problems", must_be, indices, "Ask for fewer, or another split.")


class _Told:
    """A policy that draws its messages in one way, whatever its own way is."""

    def __init__(self, policy: SampledPolicy, sampling: SamplingConfig) -> None:
        self._policy = policy
        self._sampling = sampling

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        """Say the next message of each conversation."""
        return self._policy.act(conversations, self._sampling)


def _told(policy: Policy, sampling: SamplingConfig | None) -> Policy:
    if isinstance(policy, SampledPolicy):
        return _Told(policy, sampling or replace(policy.sampling, temperature=0.0))
    if sampling is not None:
        remedy = "Only a language model can be told how to sample."
        raise argument_error("sampling", "None for this policy", sampling, remedy)
    return policy
