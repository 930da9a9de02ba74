"""The core types: frozen, checked, and equal after a round trip through JSON."""

import copy
import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym import errors
from rethink_gym.conversation import Completion, Message, Role, StopReason
from rethink_gym.episode import Episode, Turn, load_episodes, save_episodes
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, StepScore, Verdict

texts = st.text()
tokens = st.lists(st.integers(0, 2**31), max_size=5).map(tuple)
scores = st.floats(0, 1)
messages = st.builds(
    Message, st.sampled_from(Role), texts, st.none() | tokens.filter(lambda ids: ids != ())
)
completions = tokens.flatmap(
    lambda ids: st.builds(
        Completion,
        text=texts,
        token_ids=st.just(ids),
        log_probs=st.lists(st.floats(-100, 0), min_size=len(ids), max_size=len(ids)).map(tuple),
        stop=st.sampled_from(StopReason),
    )
)
steps = st.builds(StepScore, st.integers(0, 9), st.integers(0, 9), st.none() | scores)
verdicts = st.builds(
    Verdict,
    score=scores,
    correct=st.booleans(),
    reason=st.sampled_from(Reason),
    answer=st.none() | texts,
    detail=texts,
    steps=st.lists(steps, max_size=3).map(tuple),
)
problems = st.builds(Problem, texts, texts, texts, st.none() | texts)
turns = st.builds(
    Turn, texts, completions, st.floats(-1, 1), st.booleans(), st.booleans(), st.none() | verdicts
)
episodes = st.builds(
    Episode, texts, st.lists(turns, min_size=1, max_size=3).map(tuple), st.floats(0, 9)
)


@given(st.one_of(messages, completions, verdicts, problems, turns, episodes))
def test_every_core_type_is_equal_after_a_round_trip_through_json(value: Any) -> None:
    back = type(value).from_dict(json.loads(json.dumps(value.to_dict())))
    assert back == value
    assert back.to_dict() == value.to_dict()


@given(st.lists(episodes, max_size=3))
def test_episodes_are_equal_after_a_round_trip_through_a_file(
    tmp_path_factory: pytest.TempPathFactory, played: list[Episode]
) -> None:
    path = tmp_path_factory.mktemp("episodes") / "episodes.jsonl"
    save_episodes(path, played)
    assert list(load_episodes(path)) == played


def test_half_a_surrogate_pair_survives_the_file_too(tmp_path: Path) -> None:
    episode = Episode("p", (Turn("2+2", Completion("\ud83d 4"), 1.0, True, False),))
    save_episodes(tmp_path / "episodes.jsonl", [episode])
    assert list(load_episodes(tmp_path / "episodes.jsonl")) == [episode]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "episodes.jsonl"
    turn = Turn("2+2", Completion("4"), 1.0, True, False)
    save_episodes(path, [Episode("p", (turn,))])
    path.write_text(path.read_text() + '{"problem_id": "q"}\n')
    with pytest.raises(errors.DataError, match=r"episodes\.jsonl, line 2, is not an episode"):
        list(load_episodes(path))


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Message(Role.USER, "2+2"), "role"),
        (Completion("4"), "text"),
        (Verdict(1.0, True, Reason.EQUAL), "score"),
        (Problem("p", "2+2", "4"), "gold"),
        (Problem("p", "2+2", "4"), "solution"),
        (Problem("p", "2+2", "4"), "more"),
    ],
)
def test_no_core_type_can_be_changed(value: Any, field: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, "something else")
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(value, field)


def test_a_solution_is_written_when_it_is_first_read() -> None:
    written: list[str] = []

    def write() -> str:
        written.append("2+2=4")
        return written[-1]

    problem = Problem("p", "2+2", "4", write)
    assert written == []
    assert [problem.solution, problem.solution] == ["2+2=4", "2+2=4"]
    assert written == ["2+2=4"]


@pytest.mark.parametrize("item", [None, {"level": 3, "tags": ["a", "b"]}])
def test_problems_with_equal_data_are_equal_however_they_came_about(item: Any) -> None:
    problem = Problem("p", "2+2", "4", lambda: "2+2=4", item)
    plain = Problem("p", "2+2", "4", "2+2=4", item)
    assert problem == plain
    assert hash(problem) == hash(plain)
    assert repr(problem) == repr(plain)
    assert Problem.from_dict(json.loads(json.dumps(problem.to_dict()))) == plain
    assert pickle.loads(pickle.dumps(Problem("p", "2+2", "4", lambda: "2+2=4", item))) == plain
    assert copy.deepcopy(problem) == plain
    for other in (
        Problem("q", "2+2", "4", "2+2=4", item),
        Problem("p", "2+3", "4", "2+2=4", item),
        Problem("p", "2+2", "5", "2+2=4", item),
        Problem("p", "2+2", "4", None, item),
        Problem("p", "2+2", "4", "2+2=4", {"level": 4}),
        ("p", "2+2", "4", "2+2=4", item),
    ):
        assert problem != other


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_score_is_between_zero_and_one(score: float) -> None:
    with pytest.raises(ValueError, match=r"score must be a number in \[0, 1\]"):
        Verdict(score, False, Reason.DIFFERENT)


def test_every_sampled_token_has_its_log_prob() -> None:
    with pytest.raises(ValueError, match=r"log_probs must be as long as token_ids \(2\), got 1"):
        Completion("ab", (1, 2), (-0.5,))


def test_an_episode_has_turns() -> None:
    with pytest.raises(ValueError, match="turns must hold at least one turn"):
        Episode("p", ())


def test_tokens_are_ignored_when_messages_are_compared() -> None:
    assert Message(Role.ASSISTANT, "4", (7,)) == Message(Role.ASSISTANT, "4")


def test_an_episode_has_its_conversation_reward_and_tokens() -> None:
    first = Turn("2+2", Completion("5", (1, 2), (-1.0, -1.0)), 0.0, False, False)
    second = Turn("again", Completion("4", (3,), (-1.0,)), 1.0, True, False)
    episode = Episode("p", (first, second))
    assert [message.content for message in episode.conversation] == ["2+2", "5", "again", "4"]
    assert episode.conversation[1].token_ids == (1, 2)
    assert (episode.total_reward, episode.num_tokens) == (1.0, 3)


ERRORS = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.RethinkError)
]


@pytest.mark.parametrize("error_class", ERRORS)
def test_every_error_pickles_and_inherits_from_a_standard_one(
    error_class: type[errors.RethinkError],
) -> None:
    error = pickle.loads(pickle.dumps(error_class("what went wrong")))
    assert (type(error), str(error)) == (error_class, "what went wrong")
    if error_class is not errors.RethinkError:
        standard = [base for base in error_class.__mro__ if base.__module__ == "builtins"]
        assert standard[0] is not Exception


def test_an_argument_error_names_rule_value_and_remedy() -> None:
    error = errors.argument_error("split", "a name", 7, "Ask for 'train'.")
    assert str(error) == "split must be a name, got 7. Ask for 'train'."
    assert len(str(errors.argument_error("text", "short", "x" * 10_000))) < 200


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(errors.ArgumentError, match=r"got 'tset'\. Did you mean 'test'\?"):
        errors.check_choice("split", "tset", ["train", "test"])


@pytest.mark.parametrize("value", [0, -1, 1.0, "1", True, None])
def test_a_count_is_a_whole_number_of_at_least_one(value: object) -> None:
    with pytest.raises(errors.ArgumentError, match="n must be a whole number of at least 1"):
        errors.check_count("n", value)


def test_arguments_are_renamed_in_messages_of_every_error_with_this_form() -> None:
    for error, shown in [
        (errors.argument_error("split", "known", "x"), "eval_split must be known, got 'x'."),
        (errors.DataNotFoundError("split must be a file."), "eval_split must be a file."),
        (errors.PromptTooLongError("split must be short.", 3), "eval_split must be short."),
        (errors.argument_error("other", "known", "x"), "other must be known, got 'x'."),
        (errors.DataError("split cannot be read."), "split cannot be read."),
    ]:
        with (
            pytest.raises(type(error)) as raised,
            errors.rename_arguments({"split": "eval_split"}),
        ):
            raise error
        assert str(raised.value) == shown
        assert raised.value is error
