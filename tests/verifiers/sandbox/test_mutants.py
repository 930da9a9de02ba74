"""Programs with small mistakes get the same verdict as by plain execution."""

import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from tests.verifiers.sandbox.mutant import make_mutants, passes_plainly

from rethink_gym.envs.tasks.datasets.humaneval import HumanEval
from rethink_gym.verifiers.code import CodeTests, CodeVerifier

NUM_PROBLEMS = 50
NUM_MUTANTS = 20
LIMIT_S = 0.5


@pytest.mark.parametrize("num_problems", [2, pytest.param(NUM_PROBLEMS, marks=pytest.mark.slow)])
def test_mutants_get_the_verdict_of_plain_execution(data_dir: Path, num_problems: int) -> None:
    task = HumanEval(data_dir / "humaneval")
    chosen = random.Random(0).sample(range(task.size("test")), num_problems)
    problems = [task.problem(index, "test") for index in chosen]
    answers, answered, checks = [], [], []
    for seed, problem in enumerate(problems):
        assert problem.solution is not None
        tests = CodeTests.from_gold(problem.gold)
        reference = problem.solution.removeprefix("```python\n").removesuffix("\n```")
        for mutant in make_mutants(reference, NUM_MUTANTS, seed):
            answers.append(f"```python\n{mutant}\n```")
            answered.append(problem)
            checks.append(f"{mutant}\n{tests.tests[0]}\ncheck({tests.entry_point})\n")
    with ThreadPoolExecutor(2) as pool:
        plain = list(pool.map(partial(passes_plainly, limit_s=LIMIT_S), checks))
    verdicts = CodeVerifier(time_s=LIMIT_S).verify_batch(answers, answered)
    differing = [
        f"{problem.id}: plainly {'passes' if passes else 'fails'}, {verdict.detail}\n{answer}"
        for answer, problem, passes, verdict in zip(answers, answered, plain, verdicts, strict=True)
        if passes is not verdict.correct
    ]
    assert differing == []
    assert len(answers) >= 0.9 * NUM_MUTANTS * num_problems
    assert 0 < sum(plain) < len(plain)
