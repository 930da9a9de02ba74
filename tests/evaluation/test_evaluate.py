"""Measuring policies on held-out problems."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import pytest
from tests.evaluation.scripted import ByTurn, ListingVerifier, always, even, never

import rethink_gym  # noqa: F401  # registers the environments
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.envs.tasks.countdown import Countdown
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError, DataError
from rethink_gym.evaluation.evaluate import LearningPolicy, evaluate, evaluation_from_dict
from rethink_gym.verifiers import MathVerifier

ENV = "MathSelfCorrect-v0"
# The package exports a function of the same name.
evaluate_module = sys.modules["rethink_gym.evaluation.evaluate"]


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


def test_progress_is_reported_up_to_the_last_problem() -> None:
    reported: list[int] = []
    evaluate(ByTurn(even, even), ENV, problems=5, num_envs=2, on_progress=reported.append)
    assert reported == [0, 2, 4, 5]


def test_what_was_measured_is_plain_json_data() -> None:
    data = json.loads(json.dumps(evaluate(ByTurn(never, always), ENV, problems=4).to_dict()))
    assert data["metrics"]["accuracies"] == [0.0, 1.0]
    assert data["reasons"] == [{"different": 4}, {"equal": 4}]
    assert data["intervals"]["accuracy@t2"]["high"] == 1.0


class Sampler:
    """A policy that records its sampling settings."""

    def __init__(self) -> None:
        self.sampling = SamplingConfig(max_new_tokens=17, temperature=0.7)
        self.settings: set[SamplingConfig | None] = set()

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        self.settings.add(sampling)
        return [Completion("A: 1")] * len(conversations)


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        ({}, SamplingConfig(max_new_tokens=17, temperature=0.0)),
        ({"sampling": SamplingConfig(temperature=1.0)}, SamplingConfig(temperature=1.0)),
        ({"temperature": 0.5}, SamplingConfig(max_new_tokens=17, temperature=0.5)),
        ({"sampling": SamplingConfig(), "temperature": 0.5}, SamplingConfig(temperature=0.5)),
    ],
    ids=["greedy by default", "as asked for", "at a temperature", "both"],
)
def test_a_language_model_samples_as_asked_for(
    arguments: dict[str, Any], settings: SamplingConfig
) -> None:
    policy = Sampler()
    evaluate(policy, ENV, problems=3, **arguments)
    assert policy.settings == {settings}


class Alternating:
    """Correct in every second episode that it starts."""

    def __init__(self) -> None:
        self._num_started = 0

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        completions = []
        for conversation in conversations:
            self._num_started += len(conversation) == 1
            rule = always if self._num_started % 2 else never
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
    assert means["maj@4"] == 1.0  # two votes each: the first one wins, and it is correct
    assert means["distinct_answers"] == 2.0
    assert "rerank@4" not in means
    data = json.loads(json.dumps(evaluation.to_dict()))
    assert (data["samples"], data["scores"]) == (4, None)


def test_equal_solutions_count_once_and_incorrect_ones_not_at_all() -> None:
    evaluation = evaluate(
        Alternating(),
        "Math-v0",
        problems=6,
        samples=4,
        env_kwargs={"verifier": ListingVerifier()},
    )
    assert evaluation.exploration == {
        "distinct_solutions": (1.0,) * 6,  # two of four samples are correct, and equal
        "coverage": (0.5,) * 6,
    }
    assert evaluation.intervals["coverage"].estimate == 0.5
    data = json.loads(json.dumps(evaluation.to_dict()))
    assert evaluation_from_dict(data, evaluation.episodes) == evaluation
    none_correct = evaluate(
        ByTurn(never),
        "Math-v0",
        problems=3,
        samples=2,
        env_kwargs={"verifier": ListingVerifier()},
    )
    assert none_correct.exploration["coverage"] == (0.0,) * 3


@pytest.mark.parametrize(
    ("samples", "verifier"),
    [(1, ListingVerifier()), (2, MathVerifier()), (2, ListingVerifier(max_listed=-1e9))],
    ids=["one sample", "no list", "a list that is too long"],
)
def test_without_a_list_of_all_solutions_there_is_no_coverage(
    samples: int, verifier: MathVerifier
) -> None:
    evaluation = evaluate(
        ByTurn(even), "Math-v0", problems=2, samples=samples, env_kwargs={"verifier": verifier}
    )
    assert evaluation.exploration == {}
    assert "coverage" not in evaluation.intervals


def test_an_environment_with_a_verifier_but_without_a_task_has_no_coverage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def foreign_attribute(env: Any, name: str, default: Any) -> Any:
        return ListingVerifier() if name == "verifier" else default

    monkeypatch.setattr(evaluate_module, "env_attribute", foreign_attribute)
    assert evaluate(ByTurn(even), "Math-v0", problems=2, samples=2).exploration == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 3}, "the key 'samples' must divide the number of episodes"),
        ({"samples": 0}, "the key 'samples' must divide the number of episodes"),
        ({"samples": "2"}, "the key 'samples' must be a whole number, got '2'"),
        ({"scores": [1]}, "the key 'scores' must hold 8 numbers, got 1"),
        ({"scores": [True] * 8}, r"the key 'scores\[0\]' must be a number, got True"),
        ({"exploration": {"coverage": [1.0]}}, "'exploration.coverage' must hold 4 numbers"),
        ({"exploration": {"beauty": [1.0] * 4}}, "must not have the key 'exploration.beauty'"),
        ({"exploration": [1]}, "the key 'exploration' must be an object"),
        ({"env": "Math-v0"}, "must not have the key 'env'"),
        ({"split": None}, "the key 'split' must be a text, got None"),
    ],
)
def test_stored_metrics_that_do_not_fit_are_refused(
    changes: dict[str, object], message: str
) -> None:
    evaluation = evaluate(ByTurn(even), "Math-v0", problems=4, samples=2)
    data = {**json.loads(json.dumps(evaluation.to_dict())), **changes}
    with pytest.raises(DataError, match=f"^m.json.*{message}"):
        evaluation_from_dict(data, evaluation.episodes, source="m.json")


def test_a_missing_key_of_stored_metrics_is_named() -> None:
    evaluation = evaluate(ByTurn(even), "Math-v0", problems=4)
    for key in evaluation.to_dict():
        data = json.loads(json.dumps(evaluation.to_dict()))
        del data[key]
        with pytest.raises(DataError, match=f"m.json must have the key 'trained.{key}'"):
            evaluation_from_dict(data, evaluation.episodes, source="m.json", key="trained")


def test_too_many_problems_are_refused_at_once() -> None:
    with pytest.raises(ArgumentError, match="problems must be among the 10000"):
        evaluate(ByTurn(even), "Math-v0", problems=10**12, samples=10**6)


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
    """Samples as in training unless it is asked to be deterministic, like a learner."""

    def __init__(self) -> None:
        self.config = SamplingConfig(temperature=0.7)
        self.modes: set[bool] = set()

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        self.modes.add(deterministic)
        return [Completion("A: 1")] * len(conversations)

    def predict(
        self, observation: str, state: Conversation | None = None, deterministic: bool = True
    ) -> tuple[str, Conversation]:
        raise AssertionError("not called by evaluate")


class Sampled:
    """A policy with sampling settings, like a language model."""

    def __init__(self) -> None:
        self.sampling = SamplingConfig(temperature=0.7)

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        return [Completion("A: 1")] * len(conversations)


@pytest.mark.parametrize("policy", [Learner(), Sampled()])
def test_several_samples_are_played_at_a_temperature_above_0(
    policy: Policy | LearningPolicy,
) -> None:
    assert evaluate(policy, ENV, problems=3, samples=2, temperature=0.7).samples == 2


@pytest.mark.parametrize(("temperature", "is_greedy"), [(None, True), (0.0, True), (0.7, False)])
def test_a_learner_plays_greedily_or_as_it_trains(
    temperature: float | None, is_greedy: bool
) -> None:
    learner = Learner()
    evaluate(learner, ENV, problems=3, temperature=temperature)
    assert learner.modes == {is_greedy}


@pytest.mark.parametrize(
    ("policy", "arguments", "message"),
    [
        (Learner(), {"temperature": 1.0}, "temperature must be 0 or its own, 0.7, got 1.0"),
        (Learner(), {"sampling": SamplingConfig()}, "sampling must be None for a learner"),
        (ByTurn(even), {"temperature": 1.0}, "temperature must be None or 0 for this policy"),
        (ByTurn(even), {"samples": 0}, "samples must be a whole number of at least 1"),
        (Learner(), {"samples": 2}, "samples must be 1 at temperature 0, got 2. Greedy"),
        (Learner(), {"samples": 2, "temperature": 0.0}, "samples must be 1 at temperature 0"),
        (Sampled(), {"samples": 2}, "samples must be 1 at temperature 0, got 2. Greedy"),
        (Sampled(), {"samples": 2, "temperature": 0.0}, "samples must be 1 at temperature 0"),
        (
            Sampled(),
            {"samples": 2, "sampling": SamplingConfig(temperature=0.0)},
            "samples must be 1 at temperature 0",
        ),
    ],
)
def test_sampling_that_a_policy_does_not_support_is_refused(
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
        ({"problems": 1, "env_kwargs": {"split": "train"}}, "Use the argument split instead"),
        ({"problems": 1, "sampling": SamplingConfig()}, "Only a language model"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message.replace("?", r"\?")):
        evaluate(ByTurn(even, even), ENV, **arguments)  # type: ignore[arg-type]


def test_all_solutions_of_a_countdown_are_counted() -> None:
    task = Countdown()
    golds = {p.prompt: p.gold for p in (task.problem(index, "test") for index in range(4))}
    evaluation = evaluate(
        lambda prompt: f"A: {golds[prompt]}", "Countdown-v0", problems=4, samples=2
    )
    assert evaluation.intervals["distinct_solutions"].estimate == 1.0
    assert 0.0 < evaluation.intervals["coverage"].estimate <= 1.0
    alone = evaluate(lambda prompt: "A: 1", "Countdown-v0", problems=2)
    assert "coverage" not in alone.intervals


def test_nothing_is_reported_before_the_checks() -> None:
    counts: list[int] = []
    for wrong in ({"problems": 10**6}, {"problems": 1, "split": "tset"}):
        with pytest.raises(ArgumentError):
            evaluate(ByTurn(even), "Math-v0", on_progress=counts.append, **wrong)
    assert counts == []


def test_an_environment_without_splits_is_refused() -> None:
    with pytest.raises(ArgumentError, match="env_kwargs must be options that 'CartPole-v1' has"):
        evaluate(ByTurn(even), "CartPole-v1", problems=1)


def test_an_environment_that_is_not_of_texts_is_refused() -> None:
    def make(**kwargs: Any) -> gym.Env[Any, Any]:
        return gym.make("CartPole-v1")

    gym.register(id="Digits-v0", entry_point=make)
    try:
        with pytest.raises(ArgumentError, match="env_id must be an environment of texts"):
            evaluate(ByTurn(even), "Digits-v0", problems=1)
    finally:
        del gym.registry["Digits-v0"]
