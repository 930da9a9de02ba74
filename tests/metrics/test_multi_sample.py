"""Metrics of several samples of each problem."""

import pytest
from tests.metrics.episodes import make_episode

from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.multi_sample import diversity_values, last_answers, sample_values


def played(*problems: list[list[str | None]]) -> list[Episode]:
    return [
        make_episode(answers, f"made/up/{index}")
        for index, samples in enumerate(problems)
        for answers in samples
    ]


EPISODES = played(
    [["5", "7"], ["7", "7"], ["5", "5"], ["5", "7"]],
    [["5", "8"], ["5", "8"], ["7", "7"], ["7", None]],
)


def test_every_metric_of_two_problems_is_as_counted_by_hand() -> None:
    values = sample_values(EPISODES, 4, scores=[0, 0, 1, 0, 0, 0, 1, 0])
    expected = {
        "accuracy@t1": [1 / 4, 1 / 2],
        "accuracy@t2": [3 / 4, 1 / 4],
        "delta": [1 / 2, -1 / 4],
        "i_to_c": [1 / 2, 0.0],
        "c_to_i": [0.0, 1 / 4],
        "pass@2": [1.0, 1 / 2],
        "pass@4": [1.0, 1.0],
        "maj@2": [1.0, 0.0],
        "maj@4": [1.0, 0.0],
        "rerank@2": [1.0, 0.0],
        "rerank@4": [0.0, 1.0],
        "distinct_answers": [2.0, 2.0],
        "distinct_right": [1.0, 1.0],
        "answer_entropy": [0.562335, 1.039721],
        "effective_number": [1.754765, 2.828427],
    }
    for name, numbers in expected.items():
        assert values[name] == pytest.approx(numbers, abs=1e-6), name
    assert set(values) == {*expected, "changed", "edit_ratio"}


def test_answers_that_count_as_one_have_one_vote_together() -> None:
    episodes = played([["7"], ["07 "], ["8"]])
    assert last_answers(episodes) == ["7", "07", "8"]
    assert sample_values(episodes, 3)["distinct_answers"].tolist() == [3.0]
    assert sample_values(episodes, 3, normalise=int)["distinct_answers"].tolist() == [2.0]


@pytest.mark.parametrize(
    ("num_samples", "scores", "message"),
    [
        (3, None, "episodes must be 3 of each problem, one problem after the other"),
        (0, None, "num_samples must be"),
        (4, [0.0], "scores must be 8 numbers"),
    ],
)
def test_what_does_not_fit_is_refused(
    num_samples: int, scores: list[float] | None, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        sample_values(EPISODES, num_samples, scores=scores)


def test_the_diversity_of_texts_is_that_of_last_messages() -> None:
    pytest.importorskip("sacrebleu")
    values = diversity_values(EPISODES, 4)
    # texts "A: 7" x 2, "A: 7", "A: 5" and "A: 8" x 2, "A: 7", "pass"
    assert values["distinct_1"] == pytest.approx([3 / 8, 4 / 7])
    assert values["distinct_2"] == pytest.approx([2 / 4, 2 / 3])
    assert values["self_bleu"].shape == (2,)
    same = played([["7"], ["7"], ["7"]])
    assert diversity_values(same, 3)["self_bleu"] == pytest.approx([1.0])


def test_the_diversity_of_one_sample_is_refused() -> None:
    with pytest.raises(ArgumentError, match="num_samples must be a whole number of at least 2"):
        diversity_values(EPISODES, 1)
