"""The promises of the mix of all generated mathematics."""

from collections import Counter

import pytest

from rethink_gym.envs.tasks import Arithmetic, MathMix
from rethink_gym.verifiers.steps import StepVerifier

LEVELS = [1, 2, 3, 4, 5]

# How many of 22 problems come from each source.
PARTS = {
    "arithmetic": 4,
    "linear_equation": 3,
    "fractions": 3,
    "polynomial": 2,
    "calculus": 2,
    "linear_system": 1,
    "number_sequence": 2,
    "number_theory": 1,
    "modular_arithmetic": 1,
    "unit_conversion": 1,
    "word_problem": 2,
}


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_level_1_holds_the_problems_of_the_default_arithmetic(split: str) -> None:
    mix, arithmetic = MathMix(), Arithmetic()
    assert mix.size(split) == arithmetic.size(split)
    for index in range(100):
        ours, theirs = mix.problem(index, split), arithmetic.problem(index, split)
        assert ours.id == f"math/level1/{split}/{index}"
        assert (ours.prompt, ours.gold, ours.solution) == (
            theirs.prompt,
            theirs.gold,
            theirs.solution,
        )


@pytest.mark.parametrize("level", LEVELS[1:])
def test_every_source_is_mixed_in_by_its_weight(
    level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mix = MathMix(level)
    sources: dict[str, str] = {}
    for task in mix._tasks:
        for index in range(1_000):
            problem = task.problem(index, "train")
            sources.setdefault(problem.prompt, task.name)
    counts = Counter(
        sources[prompt] for prompt in (mix.problem(index, "train").prompt for index in range(1_000))
    )
    assert set(counts) == set(PARTS)
    for name, weight in PARTS.items():
        expected = weight * 1_000 / sum(PARTS.values())
        assert abs(counts[name] - expected) < 5 * expected**0.5, name


@pytest.mark.parametrize("count", [500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_splits_share_no_question_at_any_level(count: int) -> None:
    seen: dict[str, set[str]] = {split: set() for split in MathMix().splits}
    for level in LEVELS:
        mix = MathMix(level)
        for split in mix.splits:
            indices = range(min(count, mix.size(split)))
            seen[split] |= {mix.problem(index, split).prompt for index in indices}
    assert sum(map(len, seen.values())) == len(set().union(*seen.values()))


@pytest.mark.parametrize("level", LEVELS)
def test_every_reference_solution_is_accepted_and_no_step_of_it_is_wrong(level: int) -> None:
    mix = MathMix(level)
    verifier = StepVerifier(final=mix.make_verifier())
    for index in range(150):
        problem = mix.problem(index, "test")
        assert problem.solution is not None
        verdict = verifier.verify(problem.solution, problem)
        assert verdict.correct, problem
        assert all(step.score != 0 for step in verdict.steps), (problem, verdict)


def test_levels_have_ids_of_their_own() -> None:
    assert len({MathMix(level).problem(0, "test").id for level in LEVELS}) == len(LEVELS)
