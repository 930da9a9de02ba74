"""Plays a policy on held-out problems and measures what it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np

from rethink_gym.agents.policies.adapters import AlgorithmPolicy, as_policy
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import env_attribute, make_text_env, play_episodes, problems_of
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.evaluation.solutions import solution_values
from rethink_gym.metrics.comparison import Values, value_differences, value_intervals
from rethink_gym.metrics.intervals import Interval
from rethink_gym.metrics.multi_sample import sample_values
from rethink_gym.metrics.turns import TurnMetrics, problem_values, reason_counts, turn_metrics
from rethink_gym.verifiers.puzzles.countdown import CountdownVerifier

__all__ = ["Evaluation", "LearningPolicy", "evaluate"]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a policy did on a set of problems.

    Attributes:
        env_id: Where it played.
        split: Which problems they are.
        episodes: What was played, all samples of a problem one after the other.
        samples: Episodes per problem.
        scores: What a scorer said of each episode, if there was one.
        solutions: What `solution_values` says of each problem, with two or more samples.
    """

    env_id: str
    split: str
    episodes: tuple[Episode, ...]
    samples: int = 1
    scores: tuple[float, ...] | None = None
    solutions: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def problem_ids(self) -> list[str]:
        """The problems, in the order in which they were played."""
        return [episode.problem_id for episode in self.episodes[:: self.samples]]

    @cached_property
    def metrics(self) -> TurnMetrics:
        """The means over all episodes."""
        return turn_metrics(self.episodes)

    @cached_property
    def values(self) -> Values:
        """What each problem adds to each metric.

        See `problem_values`; of several samples `sample_values` and `solution_values`.
        """
        if self.samples == 1:
            return problem_values(self.episodes)
        listed = {name: np.array(numbers) for name, numbers in self.solutions.items()}
        return sample_values(self.episodes, self.samples, scores=self.scores) | listed

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The 95 % interval of each metric over problems, under the names of `values`."""
        return value_intervals(self.values)

    def differences(self, base: "Evaluation") -> dict[str, Interval]:
        """Measure what is different from another policy, problem by problem.

        Args:
            base: What the other one did on the same problems.

        Returns:
            The paired bootstrap interval of *this minus base* of each metric that both
            have; none if they played other problems.
        """
        if self.problem_ids != base.problem_ids:
            return {}
        return value_intervals(value_differences(base.values, self.values))

    def to_dict(self) -> dict[str, Any]:
        """Return all but the episodes as plain JSON data."""
        return {
            "env_id": self.env_id,
            "split": self.split,
            "samples": self.samples,
            "scores": self.scores,
            "solutions": dict(self.solutions),
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


@runtime_checkable
class LearningPolicy(Protocol):
    """A policy that samples as in training unless told to be deterministic: a learner."""

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation."""
        ...

    def predict(
        self, observation: str, state: Conversation | None = None, deterministic: bool = True
    ) -> tuple[str, Conversation]:
        """Answer one observation."""
        ...


def evaluate(
    policy: Policy | LearningPolicy | Callable[[str], str],
    env_id: str,
    *,
    problems: int | Sequence[int],
    samples: int = 1,
    temperature: float | None = None,
    split: str = "test",
    sampling: SamplingConfig | None = None,
    scorer: Callable[[Sequence[Episode]], Sequence[float]] | None = None,
    num_envs: int = 128,
    env_kwargs: Mapping[str, object] | None = None,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Play one or more episodes per problem and measure them.

    Args:
        policy: What answers: a language model, a learner, any other policy, or a plain
            function from the newest message to the answer.
        env_id: Where to play, such as ``"MathSelfCorrect-v0"``.
        problems: Indices of the problems, or how many of the first ones.
        samples: Episodes per problem; with two or more, votes, pass@k and exploration
            are measured too.
        temperature: Of sampling, 0 for the likeliest tokens; by default that of
            ``sampling``. A learner plays at 0 or, above, at the one that it trains at.
        split: Which problems the indices count.
        sampling: How a language model draws its messages; by default as it would
            anyway, but always the likeliest token (temperature 0).
        scorer: Says how good each episode is, for rerank@k; such as
            `OutcomeRewardModel.score_episodes`.
        num_envs: How many episodes are played at once.
        env_kwargs: Further arguments of the environment.
        seed: Decides what is left to chance in the environment.
        on_progress: Called now and then with how many episodes are finished.

    Returns:
        The episodes, in the order of the problems, and what they show.

    Raises:
        ArgumentError: If an argument is not what it must be, if the split has fewer
            problems, or if the policy cannot be told how to sample.
    """
    indices = range(check_count("problems", problems)) if isinstance(problems, int) else problems
    if not indices:
        raise argument_error("problems", "one or more problems", problems)
    check_count("num_envs", num_envs)
    check_count("samples", samples)
    if env_kwargs and "split" in env_kwargs:
        remedy = "Which problems to play is said by the argument split alone."
        raise argument_error("env_kwargs", "without 'split'", env_kwargs, remedy)
    told = _told(policy, sampling, temperature)
    repeated = [index for index in indices for _ in range(samples)]
    env = make_text_env(
        env_id, min(num_envs, len(repeated)), **{**(env_kwargs or {}), "split": split}
    )
    try:
        _check_problems(indices, env_attribute(env, "num_problems", None), split)
        episodes = play_episodes(told, env, repeated, seed=seed, on_progress=on_progress)
        verifier = env_attribute(env, "verifier", None)
        listed = {}
        if samples > 1 and isinstance(verifier, CountdownVerifier):
            listed = solution_values(verifier, problems_of(env, indices), episodes)
    finally:
        env.close()
    return Evaluation(
        env_id=env_id,
        split=split,
        episodes=tuple(episodes),
        samples=samples,
        scores=None if scorer is None else tuple(map(float, scorer(episodes))),
        solutions=listed,
    )


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


def _told(
    given: Policy | LearningPolicy | Callable[[str], str],
    sampling: SamplingConfig | None,
    temperature: float | None,
) -> Policy:
    remedy = "Only a language model can be told how to sample."
    if isinstance(given, LearningPolicy):
        own = getattr(getattr(given, "config", None), "temperature", temperature)
        if sampling is not None or temperature not in (None, 0, own):
            name = "sampling" if sampling is not None else "temperature"
            must_be = "None for a learner" if sampling is not None else f"0 or its own, {own}"
            raise argument_error(name, must_be, sampling or temperature, "Give its policy instead.")
        return AlgorithmPolicy(given, deterministic=not temperature)
    policy = as_policy(given)
    if isinstance(policy, SampledPolicy):
        wanted = sampling or replace(policy.sampling, temperature=0.0)
        return _Told(
            policy, wanted if temperature is None else replace(wanted, temperature=temperature)
        )
    if sampling is not None:
        raise argument_error("sampling", "None for this policy", sampling, remedy)
    if temperature:
        raise argument_error("temperature", "None or 0 for this policy", temperature, remedy)
    return policy
