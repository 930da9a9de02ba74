"""The promises of the exercises: the tests fit the question and detect wrong programs."""

import ast
from collections.abc import Callable
from typing import Any

import pytest
from tests.envs.tasks.mutation import mutants

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.program import FAMILIES, Exercise, draw_program
from rethink_gym.envs.tasks.program.kind import KINDS

LEVELS = range(1, 6)
MIN_HIDDEN = 8

each_family = pytest.mark.parametrize("family", sorted(FAMILIES))


def draw_exercises(family: str, level: int, count: int) -> list[Exercise]:
    rng = TaskRNG(f"{family} {level}")
    return [
        Exercise(draw_program(rng, family, level), rng.randbelow(1 << 64)) for _ in range(count)
    ]


def load(source: str, name: str) -> Callable[..., Any]:
    """Run a source of our own."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    function: Callable[..., Any] = namespace[name]
    return function


def passes(function: Callable[..., Any], name: str, tests: tuple[Any, ...]) -> bool:
    try:
        for test in tests:
            exec(test, {name: function})
    except Exception:
        return False
    return True


def test_there_are_families_enough() -> None:
    assert len(FAMILIES) >= 40


@each_family
def test_the_reference_passes_its_tests_at_every_level(family: str) -> None:
    for level in LEVELS:
        for exercise in draw_exercises(family, level, 3):
            tests = exercise.make_tests()
            function = load(exercise.source, tests.entry_point)
            assert passes(function, tests.entry_point, tests.tests + tests.hidden)
            assert len(tests.hidden) >= MIN_HIDDEN
            assert not set(tests.tests) & set(tests.hidden)


@each_family
def test_the_prompt_shows_what_is_tested_and_nothing_hidden(family: str) -> None:
    for exercise in draw_exercises(family, 3, 3):
        tests = exercise.make_tests()
        assert f"def {tests.entry_point}(" in exercise.prompt
        assert ast.parse(exercise.signature)
        for test in tests.tests:
            call, _, value = str(test).removeprefix("assert ").rpartition(" == ")
            assert f"    >>> {call}\n    {value}\n" in exercise.prompt
        for test in tests.hidden:
            assert f">>> {str(test).removeprefix('assert ').partition(' == ')[0]}\n" not in (
                exercise.prompt
            )


@each_family
def test_the_examples_differ_and_are_never_all_empty(family: str) -> None:
    for level in LEVELS:
        for exercise in draw_exercises(family, level, 4):
            values = [value for _, value in exercise.plan.examples]
            if exercise.program.gives == "flag":
                assert {*values} == {True, False}
            else:
                assert len(set(map(repr, values))) == 3
                assert sum(map(bool, values)) >= 2


@each_family
def test_to_hard_code_the_examples_is_not_enough(family: str) -> None:
    for level in LEVELS:
        for exercise in draw_exercises(family, level, 3):
            tests = exercise.make_tests()
            known = {repr(arguments): value for arguments, value in exercise.plan.examples}
            for otherwise in (None, *known.values()):
                learnt = lambda *given: known.get(repr(given), otherwise)  # noqa: B023, E731
                assert passes(learnt, tests.entry_point, tests.tests)
                assert not passes(learnt, tests.entry_point, tests.hidden)


@each_family
def test_every_stage_matters_and_every_number_is_tested(family: str) -> None:
    for exercise in draw_exercises(family, 4, 2):
        program = exercise.program
        tests = exercise.make_tests()
        optional = [index for index in range(4) if program.is_optional(index)]
        without = program.variants()
        assert len(without) >= len(optional)
        for variant in without:
            if len(variant.stages) < len(program.stages):
                function = lambda *given, program=variant: program.run(given)  # noqa: E731
                assert not passes(function, tests.entry_point, tests.hidden)


def test_hidden_tests_catch_almost_correct_programs() -> None:
    num_caught = num_wrong = num_pass_examples = 0
    for family in FAMILIES:
        for level in (1, 3):
            [exercise] = draw_exercises(family, level, 1)
            program, tests = exercise.program, exercise.make_tests()
            rng = TaskRNG(family)
            kinds = [KINDS[kind] for kind in program.kinds]
            inputs = [tuple(kind.draw(rng, program.numbers) for kind in kinds) for _ in range(40)]
            for source in mutants(exercise.source):
                mutant = load(source, tests.entry_point)
                if all(is_same(mutant, program.run, given) for given in inputs):
                    continue  # not known to be wrong
                num_wrong += 1
                num_caught += not passes(mutant, tests.entry_point, tests.hidden)
                num_pass_examples += passes(mutant, tests.entry_point, tests.tests)
    assert num_wrong > 500
    assert num_caught / num_wrong > 0.94
    assert num_pass_examples / num_wrong > 0.1  # so the hidden tests are needed


def is_same(
    function: Callable[..., Any], run: Callable[[Any], Any], given: tuple[Any, ...]
) -> bool:
    try:
        return bool(function(*given) == run(given))
    except Exception:
        return False


def test_the_seed_changes_how_an_exercise_looks_and_not_what_it_is() -> None:
    program = draw_program(TaskRNG("looks"), "keep_numbers", 2)
    some = [Exercise(program, seed) for seed in range(40)]
    assert len({exercise.prompt for exercise in some}) == 40
    assert len({exercise.plan.function for exercise in some}) == 4
    assert len({exercise.plan.arguments for exercise in some}) == 5
    assert Exercise(program, 7).make_tests() == Exercise(program, 7).make_tests()
