"""The promises of the word problems; those of their stories are in ``story/``."""

import re

from rethink_gym.envs.tasks.word_problem import WordProblem


def test_distractors_are_sentences_more() -> None:
    def length(num_distractors: int) -> float:
        task = WordProblem(num_distractors=num_distractors)
        texts = [task.problem(index, "train").prompt for index in range(100)]
        return sum(len(re.findall(r"[.?]\s", text)) for text in texts) / len(texts)

    assert 1.7 <= length(2) - length(0) <= 2.3


def test_an_answer_with_its_unit_is_correct() -> None:
    task = WordProblem()
    problem = task.problem(0, "train")
    verifier = task.make_verifier()
    for answer in (
        f"A: {problem.gold}",
        f"So the answer is {problem.gold}.",
        f"A: ${problem.gold}",
    ):
        assert verifier.verify(answer, problem).correct
    assert not verifier.verify(f"A: {int(problem.gold) + 1}", problem).correct
