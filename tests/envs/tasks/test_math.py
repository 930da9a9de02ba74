"""The promises of the mix in five levels."""

import pytest

from rethink_gym.envs.tasks import Arithmetic, MathMix

LEVELS = [1, 2, 3, 4, 5]


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


@pytest.mark.parametrize("level", LEVELS)
def test_splits_share_no_question(level: int) -> None:
    mix = MathMix(level)
    seen = {
        split: {mix.problem(index, split).prompt for index in range(400)} for split in mix.splits
    }
    assert sum(map(len, seen.values())) == len(set().union(*seen.values()))


@pytest.mark.parametrize("level", LEVELS[1:])
def test_higher_levels_mix_chains_and_equations(level: int) -> None:
    prompts = [MathMix(level).problem(index, "train").prompt for index in range(200)]
    share = sum(prompt.startswith("Solve") for prompt in prompts) / len(prompts)
    assert 0.2 < share < 0.8


@pytest.mark.parametrize("level", LEVELS)
def test_every_reference_solution_is_accepted(level: int) -> None:
    mix = MathMix(level)
    verifier = mix.make_verifier()
    for index in range(60):
        problem = mix.problem(index, "test")
        assert problem.solution is not None
        assert verifier.verify(problem.solution, problem).correct, problem


def test_levels_have_ids_of_their_own() -> None:
    assert len({MathMix(level).problem(0, "test").id for level in LEVELS}) == len(LEVELS)
