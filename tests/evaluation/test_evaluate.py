"""Measuring policies on held-out problems."""

import json
from collections.abc import Sequence

import pytest
from tests.evaluation.scripted import ByTurn, always, even, never

import rethink_gym  # noqa: F401  # registers the environments
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.evaluate import evaluate

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
    ("sampling", "told"),
    [
        (None, SamplingConfig(max_new_tokens=17, temperature=0.0)),
        (SamplingConfig(temperature=1.0), SamplingConfig(temperature=1.0)),
    ],
    ids=["greedy by default", "as asked for"],
)
def test_a_language_model_is_told_how_to_sample(
    sampling: SamplingConfig | None, told: SamplingConfig
) -> None:
    policy = Sampler()
    evaluate(policy, ENV, problems=3, sampling=sampling)
    assert policy.told == {told}


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
