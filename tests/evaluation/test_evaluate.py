"""Measuring policies on held-out problems."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from tests.evaluation.scripted import ByTurn, always, even, never

import rethink_gym  # noqa: F401  # registers the environments
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.evaluate import LearningPolicy, evaluate

ENV = "MathSelfCorrect-v0"


@pytest.mark.parametrize(
    ("policy", "accuracies", "moved"),
    [
        (ByTurn(always, always), (1.0, 1.0), (0.0, 0.0)),
        (ByTurn(never, always), (0.0, 1.0), (1.0, 0.0)),
        (ByTurn(always, never), (1.0, 0.0), (0.0, 1.0)),
    ],
)
def test_a_policy_is_measured_turn_by_turn(
    policy: ByTurn, accuracies: tuple[float, float], moved: tuple[float, float]
) -> None:
    metrics = evaluate(policy, ENV, problems=20).metrics
    assert metrics.accuracies == accuracies
    assert (metrics.i_to_c, metrics.c_to_i) == moved
    assert metrics.num_problems == 20


def test_the_episodes_are_those_of_the_problems_asked_for_in_their_order() -> None:
    evaluation = evaluate(ByTurn(even, even), ENV, problems=[7, 3, 3, 9], num_envs=3)
    indices = [episode.problem_id.rsplit("/", 1) for episode in evaluation.episodes]
    assert [index for _, index in indices] == ["7", "3", "3", "9"]
    assert all(name.endswith("test") for name, _ in indices)


def test_how_many_are_played_at_once_changes_nothing() -> None:
    one, many = (
        evaluate(ByTurn(even, always), ENV, problems=15, num_envs=n, split="validation")
        for n in (1, 64)
    )
    assert one.episodes == many.episodes
    assert one.to_dict() == many.to_dict()


def test_a_plain_function_is_a_policy_too() -> None:
    evaluation = evaluate(lambda message: "A: 1", "Math-v0", problems=5)
    assert evaluation.metrics.to_scalars().keys() == {"accuracy@t1"}


def test_arguments_reach_the_environment() -> None:
    evaluation = evaluate(
        ByTurn(never, never, always), ENV, problems=5, env_kwargs={"max_attempts": 3}
    )
    assert evaluation.metrics.accuracies == (0.0, 0.0, 1.0)


def test_progress_is_told_up_to_the_last_problem() -> None:
    told: list[int] = []
    evaluate(ByTurn(even, even), ENV, problems=5, num_envs=2, on_progress=told.append)
    assert told == [2, 4, 5]


def test_what_was_measured_is_plain_json_data() -> None:
    data = json.loads(json.dumps(evaluate(ByTurn(never, always), ENV, problems=4).to_dict()))
    assert data["metrics"]["accuracies"] == [0.0, 1.0]
    assert data["reasons"] == [{"different": 4}, {"equal": 4}]
    assert data["intervals"]["accuracy@t2"]["high"] == 1.0


class Sampler:
    """A policy that says how it was told to sample."""

    def __init__(self) -> None:
        self.sampling = SamplingConfig(max_new_tokens=17, temperature=0.7)
        self.told: set[SamplingConfig | None] = set()

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        self.told.add(sampling)
        return [Completion("A: 1")] * len(conversations)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, SamplingConfig(max_new_tokens=17, temperature=0.0)),
        ({"sampling": SamplingConfig(temperature=1.0)}, SamplingConfig(temperature=1.0)),
        ({"temperature": 0.5}, SamplingConfig(max_new_tokens=17, temperature=0.5)),
        ({"sampling": SamplingConfig(), "temperature": 0.5}, SamplingConfig(temperature=0.5)),
    ],
    ids=["greedy by default", "as asked for", "at a temperature", "both"],
)
def test_a_language_model_is_told_how_to_sample(
    arguments: dict[str, Any], told: SamplingConfig
) -> None:
    policy = Sampler()
    evaluate(policy, ENV, problems=3, **arguments)
    assert policy.told == {told}


class Alternating:
    """Right in every second episode that it is asked to begin."""

    def __init__(self) -> None:
        self._num_begun = 0

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        completions = []
        for conversation in conversations:
            self._num_begun += len(conversation) == 1
            rule = always if self._num_begun % 2 else never
            completions += ByTurn(rule, rule).act([conversation])
        return completions


def test_several_samples_of_each_problem_are_played_and_measured() -> None:
    evaluation = evaluate(Alternating(), "Math-v0", problems=6, samples=4, num_envs=5)
    assert len(evaluation.episodes) == 24
    assert len(evaluation.problem_ids) == len(set(evaluation.problem_ids)) == 6
    means = {name: interval.estimate for name, interval in evaluation.intervals.items()}
    assert means["accuracy@t1"] == 0.5
    assert means["pass@2"] == pytest.approx(5 / 6)  # 1 - C(2, 2) / C(4, 2)
    assert means["pass@4"] == 1.0
    assert means["maj@4"] == 1.0  # two votes each: the first one wins, and it is right
    assert means["distinct_answers"] == 2.0
    assert "rerank@4" not in means
    data = json.loads(json.dumps(evaluation.to_dict()))
    assert (data["samples"], data["scores"]) == (4, None)


def test_a_scorer_chooses_among_the_samples() -> None:
    def score(episodes: Sequence[Episode]) -> list[float]:
        return [episode.total_reward for episode in episodes]

    evaluation = evaluate(Alternating(), "Math-v0", problems=6, samples=4, scorer=score)
    assert evaluation.intervals["rerank@4"].estimate == 1.0
    assert evaluation.scores == (1.0, 0.0) * 12


def test_policies_are_compared_problem_by_problem() -> None:
    base, other = (
        evaluate(policy, "Math-v0", problems=20, samples=2)
        for policy in (ByTurn(never), ByTurn(even))
    )
    difference = other.differences(base)["accuracy@t1"]
    assert difference.estimate == other.metrics.accuracies[0]
    assert difference.excludes_zero
    elsewhere = evaluate(ByTurn(even), "Math-v0", problems=range(20, 40), samples=2)
    assert elsewhere.differences(base) == {}


class Learner:
    """As a learner acts: sampled as in training unless told to be deterministic."""

    def __init__(self) -> None:
        self.config = SamplingConfig(temperature=0.7)
        self.told: set[bool] = set()

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        self.told.add(deterministic)
        return [Completion("A: 1")] * len(conversations)

    def predict(
        self, observation: str, state: Conversation | None = None, deterministic: bool = True
    ) -> tuple[str, Conversation]:
        raise AssertionError("nobody predicts here")


@pytest.mark.parametrize(("temperature", "told"), [(None, True), (0.0, True), (0.7, False)])
def test_a_learner_plays_greedily_or_as_it_trains(temperature: float | None, told: bool) -> None:
    learner = Learner()
    evaluate(learner, ENV, problems=3, temperature=temperature)
    assert learner.told == {told}


@pytest.mark.parametrize(
    ("policy", "arguments", "message"),
    [
        (Learner(), {"temperature": 1.0}, "temperature must be 0 or its own, 0.7, got 1.0"),
        (Learner(), {"sampling": SamplingConfig()}, "sampling must be None for a learner"),
        (ByTurn(even), {"temperature": 1.0}, "temperature must be None or 0 for this policy"),
        (ByTurn(even), {"samples": 0}, "samples must be a whole number of at least 1"),
    ],
)
def test_what_cannot_be_told_how_to_sample_says_so(
    policy: Policy | LearningPolicy, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        evaluate(policy, ENV, problems=1, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"problems": 0}, "problems must be a whole number of at least 1"),
        ({"problems": []}, "problems must be one or more problems"),
        ({"problems": 10_001}, "problems must be among the 10000 of the split 'test'"),
        ({"problems": [-1]}, "problems must be among the 10000"),
        ({"problems": 1, "split": "tset"}, "Did you mean 'test'?"),
        ({"problems": 1, "num_envs": 0}, "num_envs must be a whole number of at least 1"),
        ({"problems": 1, "env_kwargs": {"split": "train"}}, "said by the argument split alone"),
        ({"problems": 1, "sampling": SamplingConfig()}, "Only a language model"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message.replace("?", r"\?")):
        evaluate(ByTurn(even, even), ENV, **arguments)  # type: ignore[arg-type]
