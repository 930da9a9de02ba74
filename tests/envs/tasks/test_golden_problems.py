"""The drawn problems never move: digests of the first problems of every generated task."""

from hashlib import blake2b
from typing import Any

import pytest

from rethink_gym.envs import tasks
from rethink_gym.envs.tasks import TASKS
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.tasks.program import FAMILIES

SPLITS = ("train", "validation", "test")


def digest(task: Task, split: str, num_problems: int = 12) -> str:
    """Return a short hash of everything that the first problems of a split hold."""
    state = blake2b(digest_size=6)
    for index in range(num_problems):
        problem = task.problem(index, split)
        fields = (problem.id, problem.prompt, problem.gold, problem.solution, problem.item)
        state.update(repr(fields).encode())
    return state.hexdigest()


# By task and difficulty options: the digests of train, validation and test. A digest may only
# change together with the version in the id of the environments that play the task.
GOLDEN: list[tuple[str, dict[str, Any], tuple[str, str, str]]] = [
    ("Arithmetic", {}, ("0256e502c022", "15741f463393", "36d5443155f8")),
    (
        "Arithmetic",
        {"max_terms": 12, "max_operand": 99, "operators": "+-*"},
        ("feec2223b835", "dcdc44825f70", "1e2f19b1c5fb"),
    ),
    ("Calculus", {}, ("15ad0dad1b1d", "3e710a682aed", "984d157b8020")),
    (
        "Calculus",
        {"num_terms": 5, "max_exponent": 6, "max_coefficient": 30, "functions": True},
        ("e687fd7d4e75", "544ce45cf193", "fe15084019da"),
    ),
    ("Code", {"level": 1}, ("14704c6915ef", "10a62243a69c", "e60e8fbb92fa")),
    ("Code", {"level": 2}, ("40bffcdb62c9", "91ee61046439", "594a55622d4c")),
    ("Code", {"level": 3}, ("2f6e790c595a", "7c4b3c3476c2", "05c72a5dce28")),
    ("Code", {"level": 4}, ("0ce5fba04c6e", "96f833b45213", "6e56626f5e38")),
    ("Code", {"level": 5}, ("a8b73512e0d3", "424b6e546fdf", "bf52f9b887dd")),
    ("Countdown", {}, ("12cd5a52292d", "026eb6590ccd", "37540a96ca39")),
    (
        "Countdown",
        {"min_numbers": 4, "max_numbers": 6, "use_all": True},
        ("4f0ebf9eb4dd", "c300c9cc845f", "336f9a544242"),
    ),
    ("Fractions", {}, ("c0e9f4de7089", "71c72bea8b51", "58cf6c5bbf0a")),
    (
        "Fractions",
        {
            "num_terms": 4,
            "max_numerator": 99,
            "max_denominator": 60,
            "max_decimals": 4,
            "max_whole": 5000,
        },
        ("0e597db212ae", "388499b65df1", "d7107c7ca642"),
    ),
    ("Game24", {}, ("0ba735befb97", "6fc19532ee86", "b77fe4188100")),
    (
        "Game24",
        {"max_number": 20, "max_solutions": 1},
        ("ec87b8e24751", "557c3973baf4", "ad3f9d770909"),
    ),
    ("Graph", {}, ("635c9a8ca5e8", "190ff8f655db", "0f9aa05a479d")),
    (
        "Graph",
        {"min_nodes": 8, "max_nodes": 12, "max_extra_edges": 5, "max_cost": 99},
        ("dca052cdafd2", "e4c6551d2e46", "76aa5437d6b3"),
    ),
    ("LinearEquation", {}, ("0c235421063a", "f2ba09ef27a4", "643d6614286c")),
    (
        "LinearEquation",
        {
            "max_coefficient": 99,
            "max_constant": 999,
            "max_solution": 99,
            "max_denominator": 12,
            "two_sided": True,
        },
        ("3be1110feb4f", "5ddcd6c8ac6b", "ff29ca18f273"),
    ),
    ("LinearSystem", {}, ("3db078a24067", "362f85ef410f", "ebbff97698db")),
    (
        "LinearSystem",
        {"num_unknowns": 3, "max_coefficient": 20, "max_solution": 50},
        ("cade2ac2e8e5", "af4230a347a9", "73f47155bd66"),
    ),
    ("Logic", {}, ("de59d4a72ed8", "1870673e9c59", "fb3e65883e8c")),
    (
        "Logic",
        {"max_variables": 5, "max_literals": 8, "num_formulas": 4, "max_arity": 4},
        ("e7984e62089d", "d591542d903e", "e19ba9839f66"),
    ),
    ("MathMix", {"level": 1}, ("3f2f5d76c992", "bb066b7bbc41", "ee7925a67ae6")),
    ("MathMix", {"level": 2}, ("8906a6d10c04", "94d91c46527e", "6a7509469371")),
    ("MathMix", {"level": 3}, ("c41248103e2d", "b0fa289089e0", "15c32ba63edc")),
    ("MathMix", {"level": 4}, ("75a536b2dbe4", "9fa6c43b3248", "8fd890dea0c7")),
    ("MathMix", {"level": 5}, ("ac68ab2dc72b", "a23f5944adb0", "efbd0219cf75")),
    ("ModularArithmetic", {}, ("7335949493bd", "0164afbe5858", "ca94ad34a4ec")),
    (
        "ModularArithmetic",
        {"max_modulus": 997, "max_operand": 9999, "max_exponent": 60},
        ("924776b029e1", "b669c10d8239", "cf73ffe9f70f"),
    ),
    ("NumberSequence", {}, ("7c90eb2cbfc5", "694477d3dfaf", "04f7f03c6fc5")),
    (
        "NumberSequence",
        {"max_position": 20, "max_start": 99, "max_step": 50, "max_ratio": 6},
        ("fb33f2555d31", "f1cb403a0c0a", "280e0853c9d2"),
    ),
    ("NumberTheory", {}, ("e369e5b59a66", "a4fe75972251", "bd35917babc1")),
    (
        "NumberTheory",
        {"max_number": 10000, "max_base": 9},
        ("5c8343ee9436", "a79b2e5dbcf8", "4b7320b0ff07"),
    ),
    ("Polynomial", {}, ("e3c8ca0011c8", "6be1d586a42d", "c1df554a47b2")),
    (
        "Polynomial",
        {"max_degree": 5, "max_leading": 6, "max_constant": 20},
        ("60b7741d6641", "f7daf98b07d3", "531a7ffb99de"),
    ),
    ("Sorting", {}, ("31b9eb4d3fd7", "85c1bc638d8a", "d7f2c301122e")),
    (
        "Sorting",
        {"min_items": 6, "max_items": 12, "max_number": 999},
        ("b3a0bb4b3771", "7cebd139c754", "bc1cb6ee297d"),
    ),
    ("Tracking", {}, ("68cf1c5db0e1", "7258015c6e45", "8350489ec976")),
    (
        "Tracking",
        {"num_people": 8, "min_moves": 6, "max_moves": 9, "ask": "all"},
        ("744a3b636344", "730f77ba08c8", "7c80206b8033"),
    ),
    ("UnitConversion", {}, ("9b1fd0c7c350", "850c1e81e54b", "a77c635b3601")),
    (
        "UnitConversion",
        {"max_value": 5000, "max_decimals": 3},
        ("4e9886a378e3", "9ab382e06bf5", "0abf908afbe8"),
    ),
    ("WordProblem", {}, ("0ed7f2ab2350", "c2a6107e8ce6", "97b114ceb95e")),
    (
        "WordProblem",
        {"min_steps": 4, "max_steps": 8, "max_number": 99, "num_distractors": 3},
        ("f6afde087cc8", "9fc3838137d4", "3114b72b255f"),
    ),
]


@pytest.mark.parametrize(
    ("name", "options", "digests"),
    GOLDEN,
    ids=[" ".join((name, *map(str, options.values()))) for name, options, _ in GOLDEN],
)
def test_the_first_problems_are_those_of_the_first_release(
    name: str, options: dict[str, Any], digests: tuple[str, str, str]
) -> None:
    task = getattr(tasks, name)(**options)
    assert tuple(digest(task, split) for split in SPLITS) == digests


def test_every_generated_task_has_golden_problems() -> None:
    generated = {name for name in TASKS if not getattr(tasks, name).reads_files}
    assert generated == {name for name, _, _ in GOLDEN}


def test_the_first_programs_of_every_family_are_those_of_the_first_release() -> None:
    state = blake2b(digest_size=6)
    for family in FAMILIES:
        for level in (1, 3):
            state.update(digest(tasks.Code(level, family=family), "train", 2).encode())
    assert (len(FAMILIES), state.hexdigest()) == (43, "5802058db25f")
