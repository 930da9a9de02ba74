"""Evaluation of a policy on held-out problems."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np

from rethink_gym.agents.policies.adapters import (
    AlgorithmPolicy,
    FixedSamplingPolicy,
    as_policy,
)
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import env_attribute, make_text_env, play_episodes, problems_of
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.episode import Episode
from rethink_gym.errors import DataError, argument_error, check_count, rename_arguments
from rethink_gym.evaluation.json_file import dataclass_from_json
from rethink_gym.metrics.comparison import Values, value_differences, value_intervals
from rethink_gym.metrics.exploration import coverage
from rethink_gym.metrics.intervals import Interval
from rethink_gym.metrics.log_keys import LOG_KEYS
from rethink_gym.metrics.multi_sample import sample_values, values_of_steps
from rethink_gym.metrics.turns import TurnMetrics, problem_values, reason_counts, turn_metrics
from rethink_gym.problem import Problem
from rethink_gym.verifiers.verifier import Verifier

__all__ = [
    "Evaluation",
    "LearningPolicy",
    "check_samples",
    "evaluate",
    "evaluation_from_dict",
]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Episodes of a policy on a set of problems, and the metrics computed from them.

    Attributes:
        env_id: Environment id.
        split: Split of the problems.
        episodes: Episodes, grouped by problem: all samples of a problem in a row.
        samples: Number of episodes per problem.
        scores: Score of each episode; None if there was no scorer.
        exploration: Further values per problem, by name of the metric: ``distinct_solutions``
            and ``coverage`` for several samples, if the verifier can list the solutions of
            every problem. A caller may add more.
        is_stepwise: Whether the turns of an episode are the steps of one attempt. Then there
            is one accuracy, ``solved``, instead of those of the turns.
    """

    env_id: str
    split: str
    episodes: tuple[Episode, ...]
    samples: int = 1
    scores: tuple[float, ...] | None = None
    exploration: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    is_stepwise: bool = False

    @property
    def problem_ids(self) -> list[str]:
        """Ids of the problems, in the order of the episodes."""
        return [episode.problem_id for episode in self.episodes[:: self.samples]]

    @cached_property
    def metrics(self) -> TurnMetrics:
        """Means over all episodes."""
        return turn_metrics(self.episodes)

    @property
    def num_attempts(self) -> int:
        """Number of attempts in the longest episode."""
        return 1 if self.is_stepwise else len(self.metrics.accuracies)

    @cached_property
    def values(self) -> Values:
        """Value of each metric on each problem.

        See `problem_values`, or `sample_values` for several samples.
        """
        values: Values = problem_values(self.episodes)
        if self.samples > 1:
            values = sample_values(self.episodes, self.samples, scores=self.scores)
        if self.is_stepwise:
            values = values_of_steps(values, self.episodes, self.samples)
        return {**values, **{name: np.array(each) for name, each in self.exploration.items()}}

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """95 % interval of each metric over problems, by the names of `values`."""
        return value_intervals(self.values)

    def differences(self, base: "Evaluation") -> dict[str, Interval]:
        """Compare with another policy, paired by problem.

        Args:
            base: Evaluation of the other policy.

        Returns:
            Paired bootstrap interval of *self minus base* for each metric that both have.
            Empty if the problems differ.
        """
        if self.problem_ids != base.problem_ids:
            return {}
        return value_intervals(value_differences(base.values, self.values))

    def to_dict(self) -> dict[str, Any]:
        """Return everything except the episodes as plain JSON data."""
        return {
            "env_id": self.env_id,
            "split": self.split,
            "samples": self.samples,
            "scores": self.scores,
            "exploration": dict(self.exploration),
            "is_stepwise": self.is_stepwise,
            "metrics": self.metrics.to_dict(),
            "intervals": {name: value.to_dict() for name, value in self.intervals.items()},
            "reasons": [
                {reason.value: count for reason, count in sorted(counts.items())}
                for counts in reason_counts(self.episodes)
            ],
        }


@dataclass(frozen=True, kw_only=True)
class _StoredEvaluation:
    """Keys of an evaluation in ``metrics.json``; the last three are computed from the episodes."""

    env_id: str
    split: str
    samples: int
    scores: tuple[float, ...] | None
    exploration: Mapping[str, tuple[float, ...]]
    is_stepwise: bool
    metrics: Mapping[str, Any]
    intervals: Mapping[str, Any]
    reasons: tuple[Mapping[str, int], ...]


def evaluation_from_dict(
    data: object, episodes: Sequence[Episode], *, source: str = "data", key: str = ""
) -> Evaluation:
    """Build an evaluation from its episodes and the data that `Evaluation.to_dict` returned.

    Args:
        data: The data, also after a round trip through JSON.
        episodes: The episodes.
        source: File that the data is from, for the error message.
        key: Key of the data in that file; empty for the whole file.

    Returns:
        The evaluation.

    Raises:
        DataError: If a key is missing or unknown, a value has another type, or the numbers of
            episodes, samples and scores do not agree.
    """
    stored = dataclass_from_json(_StoredEvaluation, data, source, parent=key)
    num_episodes = len(episodes)
    if not num_episodes or stored.samples < 1 or num_episodes % stored.samples:
        raise DataError(
            f"{source}: the key 'samples' must divide the number of episodes, "
            f"got {stored.samples} samples and {num_episodes} episodes."
        )
    num_problems = num_episodes // stored.samples
    lists = {f"exploration.{name}": each for name, each in stored.exploration.items()}
    lengths = {name: (len(each), num_problems) for name, each in lists.items()}
    if stored.scores is not None:
        lengths["scores"] = (len(stored.scores), num_episodes)
    for name, (length, required) in lengths.items():
        if length != required:
            raise DataError(
                f"{source}: the key {name!r} must hold {required} numbers, got {length}."
            )
    for name in stored.exploration:
        if name not in LOG_KEYS:
            raise DataError(f"{source} must not have the key 'exploration.{name}'.")
    return Evaluation(
        env_id=stored.env_id,
        split=stored.split,
        episodes=tuple(episodes),
        samples=stored.samples,
        scores=stored.scores,
        exploration=stored.exploration,
        is_stepwise=stored.is_stepwise,
    )


@runtime_checkable
class SampledPolicy(Policy, Protocol):
    """A policy whose sampling can be set per call, such as a language model."""

    sampling: SamplingConfig

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        """Generate the next message of each conversation."""
        ...


@runtime_checkable
class LearningPolicy(Protocol):
    """A learner: it samples as in training unless it is asked to be deterministic."""

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Generate the next message of each conversation."""
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
    """Play one or more episodes per problem and compute metrics.

    Args:
        policy: A language model, a learner, any other policy, or a function from the newest
            message to the answer.
        env_id: Environment id, such as ``"MathSelfCorrect-v0"``.
        problems: Indices of the problems, or the number of problems from the first on.
        samples: Number of episodes per problem. Two or more add majority votes, pass@k and
            exploration metrics. A language model or a learner needs a temperature above 0 for
            them.
        temperature: Softmax temperature; 0 decodes greedily. By default that of ``sampling``.
            A learner accepts 0 and its own training temperature.
        split: Split of the problems.
        sampling: Sampling settings of a language model; by default its own, with temperature 0.
        scorer: Function that scores episodes, for rerank@k, such as
            `OutcomeRewardModel.score_episodes`.
        num_envs: Number of environments that run in parallel.
        env_kwargs: Keyword arguments of the environment.
        seed: Seed of the environment.
        on_progress: Called periodically with the number of finished episodes; first with 0,
            when the arguments have been checked.

    Returns:
        The evaluation, with episodes in the order of ``problems``.

    Raises:
        ArgumentError: If ``problems`` is empty or not part of the split, ``samples`` or
            ``num_envs`` is below 1, ``samples`` is above 1 at temperature 0, the environment
            is not one of texts with the argument ``split``, ``env_kwargs`` holds ``"split"``,
            or the policy does not support ``sampling`` or ``temperature``.
    """
    indices = range(check_count("problems", problems)) if isinstance(problems, int) else problems
    if not indices:
        raise argument_error("problems", "one or more problems", problems)
    check_count("num_envs", num_envs)
    check_count("samples", samples)
    if env_kwargs and "split" in env_kwargs:
        remedy = "Use the argument split instead."
        raise argument_error("env_kwargs", "without 'split'", env_kwargs, remedy)
    sampled_policy = _with_sampling(policy, sampling, temperature, samples)
    num_episodes = len(indices) * samples
    with rename_arguments({"env": "env_id"}):
        env = make_text_env(
            env_id, min(num_envs, num_episodes), **{**(env_kwargs or {}), "split": split}
        )
    try:
        _check_problems(indices, env_attribute(env, "num_problems", None), split)
        repeated = [index for index in indices for _ in range(samples)]
        if on_progress is not None:
            on_progress(0)
        episodes = play_episodes(sampled_policy, env, repeated, seed=seed, on_progress=on_progress)
        is_stepwise = not env_attribute(env, "has_attempts", True)
        verifier = env_attribute(env, "verifier", None)
        exploration = {}
        # A foreign environment may have a verifier, but not the problems that it verifies.
        has_task = isinstance(env_attribute(env, "task", None), Task)
        if samples > 1 and has_task and isinstance(verifier, Verifier):
            exploration = _solution_values(verifier, problems_of(env, indices), episodes)
    finally:
        env.close()
    return Evaluation(
        env_id=env_id,
        split=split,
        episodes=tuple(episodes),
        samples=samples,
        scores=None if scorer is None else tuple(map(float, scorer(episodes))),
        exploration=exploration,
        is_stepwise=is_stepwise,
    )


def check_samples(samples: int, temperature: float) -> None:
    """Check that several samples of a problem can differ.

    Args:
        samples: Number of samples per problem.
        temperature: Softmax temperature of a language model.

    Raises:
        ArgumentError: If ``samples`` is below 1, or above 1 at temperature 0.
    """
    if check_count("samples", samples) > 1 and not temperature:
        remedy = "Greedy samples are all equal; set a temperature above 0."
        raise argument_error("samples", "1 at temperature 0", samples, remedy)


def _check_problems(indices: Sequence[int], num_problems: int | None, split: str) -> None:
    # The ends of a range are enough; min and max would visit each of its billion numbers.
    ends = (indices[0], indices[-1]) if isinstance(indices, range) else indices
    if num_problems is not None and not 0 <= min(ends) <= max(ends) < num_problems:
        must_be = f"among the {num_problems} of the split {split!r}"
        raise argument_error("problems", must_be, indices, "Ask for fewer, or another split.")


def _solution_values(
    verifier: Verifier, problems: Sequence[Problem], episodes: Sequence[Episode]
) -> dict[str, tuple[float, ...]]:
    """Count the different correct solutions among the samples of each problem.

    Returns:
        For each problem ``distinct_solutions``, their number, and ``coverage``, the fraction of
        all solutions that was found. Empty if the solutions of a problem cannot be listed.
    """
    samples = len(episodes) // len(problems)
    counts, fractions = [], []
    for index, problem in enumerate(problems):
        all_solutions = verifier.list_solutions(problem)
        if not all_solutions:
            return {}
        group = episodes[index * samples : (index + 1) * samples]
        verdicts = [episode.turns[-1].verdict for episode in group]
        found = {
            verifier.canonical_solution(verdict.answer, problem)
            for verdict in verdicts
            if verdict is not None and verdict.correct and verdict.answer is not None
        }
        counts.append(float(len(found)))
        fractions.append(coverage(found, all_solutions))
    return {"distinct_solutions": tuple(counts), "coverage": tuple(fractions)}


def _with_sampling(
    policy: Policy | LearningPolicy | Callable[[str], str],
    sampling: SamplingConfig | None,
    temperature: float | None,
    samples: int,
) -> Policy:
    """Return a policy that samples as asked for, or refuse what it does not support."""
    if isinstance(policy, LearningPolicy):
        own = getattr(getattr(policy, "config", None), "temperature", temperature)
        remedy = "Pass the learner's policy instead."
        if sampling is not None:
            raise argument_error("sampling", "None for a learner", sampling, remedy)
        if temperature not in (None, 0, own):
            raise argument_error("temperature", f"0 or its own, {own}", temperature, remedy)
        check_samples(samples, temperature or 0.0)
        return AlgorithmPolicy(policy, deterministic=not temperature)
    plain_policy = as_policy(policy)
    if isinstance(plain_policy, SampledPolicy):
        settings = sampling or replace(plain_policy.sampling, temperature=0.0)
        if temperature is not None:
            settings = replace(settings, temperature=temperature)
        check_samples(samples, settings.temperature)
        return FixedSamplingPolicy(plain_policy, settings)
    remedy = "Only a language model has sampling settings."
    if sampling is not None:
        raise argument_error("sampling", "None for this policy", sampling, remedy)
    if temperature:
        raise argument_error("temperature", "None or 0 for this policy", temperature, remedy)
    return plain_policy
