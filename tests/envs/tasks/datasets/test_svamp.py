"""The promises of SVAMP."""

from pathlib import Path

from tests.envs.tasks.datasets.rows import CANDY, write

from rethink_gym.envs.tasks.datasets.svamp import SVAMP


def test_one_file_is_the_test_split(tmp_path: Path) -> None:
    assert SVAMP(write(tmp_path / "SVAMP.jsonl", CANDY)).splits == ("test",)


def test_an_equation_that_is_not_the_answer_makes_no_solution(tmp_path: Path) -> None:
    task = SVAMP(write(tmp_path / "SVAMP.jsonl", {**CANDY, "Answer": 7.0}))
    assert task.problem(0, "test").solution is None


def test_the_real_problems_of_svamp_are_whole(data_dir: Path) -> None:
    task = SVAMP(data_dir / "svamp")
    problems = [task.problem(index, "test") for index in range(task.size("test"))]
    assert len({problem.prompt for problem in problems}) == 1_000
    verifier = task.make_verifier()
    solved = [problem for problem in problems if problem.solution]
    assert len(solved) == 999
    assert all(verifier.verify(problem.solution or "", problem).correct for problem in solved)
