"""How many of all right solutions are found, on a puzzle that is solved by hand."""

from pathlib import Path

import pytest

from rethink_gym.conversation import Completion
from rethink_gym.envs.tasks.countdown import Countdown
from rethink_gym.episode import Episode, Turn, save_episodes
from rethink_gym.evaluation.comparison import load_evaluation
from rethink_gym.evaluation.evaluate import evaluate
from rethink_gym.evaluation.folder import write_json
from rethink_gym.evaluation.solutions import solution_values
from rethink_gym.problem import Problem
from rethink_gym.verifiers.puzzles.countdown import CountdownVerifier

VERIFIER = CountdownVerifier()
PUZZLES = [Problem("two", "Reach 4 with 2, 2.", "2+2"), Problem("six", "Reach 6.", "2*3")]
"""2+2 and 2*2 are all there is to the first, 2*3 to the second."""


def answered(problem: Problem, *answers: str) -> list[Episode]:
    turns = [
        Turn(problem.prompt, Completion(text), 0.0, True, False, VERIFIER.verify(text, problem))
        for text in answers
    ]
    return [Episode(problem.id, (turn,)) for turn in turns]


@pytest.mark.parametrize(
    ("first", "second", "distinct", "coverage"),
    [
        (["A: 2+2", "A: (2)+2 = 4", "A: 2*2."], ["A: 3*2", "A: 2*3", "no"], [2, 1], [1, 1]),
        (["A: 2*2", "A: 4", "A: 2-2"], ["A: 6", "A: 3+3", ""], [1, 0], [1 / 2, 0]),
    ],
)
def test_ways_to_write_a_solution_count_as_one_and_wrong_ones_as_none(
    first: list[str], second: list[str], distinct: list[float], coverage: list[float]
) -> None:
    episodes = [*answered(PUZZLES[0], *first), *answered(PUZZLES[1], *second)]
    values = solution_values(VERIFIER, PUZZLES, episodes)
    assert values == {"distinct_solutions": tuple(distinct), "coverage": tuple(coverage)}


def test_puzzles_that_would_take_long_are_not_listed() -> None:
    long = Problem("long", "Reach 21.", "1+2+3+4+5+6")
    assert solution_values(VERIFIER, [long], answered(long, "A: 1+2+3+4+5+6")) == {}


def test_an_evaluation_of_several_samples_tells_and_keeps_it(tmp_path: Path) -> None:
    task = Countdown()
    golds = {p.prompt: p.gold for p in (task.problem(index, "test") for index in range(4))}
    evaluation = evaluate(
        lambda prompt: f"A: {golds[prompt]}", "Countdown-v0", problems=4, samples=2
    )
    assert evaluation.intervals["distinct_solutions"].estimate == 1.0
    assert 0.0 < evaluation.intervals["coverage"].estimate <= 1.0
    save_episodes(tmp_path / "episodes.jsonl", evaluation.episodes)
    write_json(tmp_path / "metrics.json", evaluation.to_dict())
    assert load_evaluation(tmp_path).intervals == evaluation.intervals
    alone = evaluate(lambda prompt: "A: 1", "Countdown-v0", problems=2)
    assert "coverage" not in alone.intervals
