"""An exercise: a program to write, with names, examples and tests."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from rethink_gym.envs.prompt import PROGRAM_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.program.families import FAMILIES
from rethink_gym.envs.tasks.program.kind import KINDS, probes
from rethink_gym.envs.tasks.program.program import Arguments, Program
from rethink_gym.envs.tasks.program.source import write_docstring, write_function, write_head
from rethink_gym.verifiers.code import CodeTests

__all__ = ["Exercise"]

_Case: TypeAlias = tuple[Arguments, Any]
"""Arguments, and the value that the program returns for them."""

_NUM_EXAMPLES = 3
_MIN_HIDDEN = 8
_NUM_TYPICAL = 8
"""Number of hidden tests with typical arguments, in addition to the edge cases."""

_NUM_CANDIDATES = 10
"""Number of arguments from which the examples are chosen."""

_MIN_DIFFERENT = 4
"""Number of different values that the hidden tests have, if possible."""

_NUM_OF_EACH_FLAG = 5
"""Number of hidden tests with the value True, and with False, if possible."""

_MAX_DRAWS = 1_000
"""Maximum number of arguments that are drawn to find a second value for the hidden tests."""

_NUM_SPARE = 6
"""Maximum number of arguments that are drawn to detect wrong programs that pass all other tests."""


class Plan(NamedTuple):
    """The names, wording and examples of an exercise.

    Attributes:
        function: The name of the function.
        arguments: The names of its arguments.
        order: The index of the sentence that introduces several steps.
        examples: The examples in the prompt.
    """

    function: str
    arguments: tuple[str, ...]
    order: int
    examples: list[_Case]


class Exercise:
    """A program to write.

    Args:
        program: The program.
        seed: Seed of everything that does not change what the program does: names, wording,
            examples and tests.
    """

    def __init__(self, program: Program, seed: int) -> None:
        self.program = program
        self._seed = seed

    @cached_property
    def plan(self) -> Plan:
        """The names, wording and examples."""
        rng = TaskRNG(f"look|{self._seed}")
        family = FAMILIES[self.program.family]
        return Plan(
            function=rng.choice(family.functions),
            arguments=tuple(rng.choice(each.names) for each in family.inputs),
            order=rng.randbelow(60),
            examples=self._choose_examples(rng),
        )

    @property
    def prompt(self) -> str:
        """The prompt of the exercise."""
        return (
            f"Complete this Python function.\n\n```python\n{self.signature}```\n\n{PROGRAM_FORMAT}"
        )

    @cached_property
    def signature(self) -> str:
        """The first line of the function and its docstring."""
        lines = write_docstring(self.program, self.plan.arguments, self.plan.order)
        examples = [
            line
            for arguments, value in self.plan.examples
            for line in (f">>> {self._call(arguments)}", repr(value))
        ]
        lines = [f"    {line}" if line else "" for line in (*lines, "", *examples)]
        lines[0] = f'    """{lines[0].lstrip()}'
        head = write_head(self.program, self.plan.function, self.plan.arguments)
        return "\n".join((head, *lines, '    """', ""))

    @property
    def source(self) -> str:
        """The function in Python."""
        return write_function(self.program, self.plan.function, self.plan.arguments)

    def make_tests(self) -> CodeTests:
        """Make the tests: the examples, and hidden ones.

        The hidden tests are edge cases, typical cases, and cases that detect each of
        `Program.variants`, as far as such arguments are found.
        """
        rng = TaskRNG(f"tests|{self._seed}")
        run = self.program.run
        seen = {repr(arguments) for arguments, _ in self.plan.examples}
        hidden: list[_Case] = []

        def add(arguments: Arguments) -> None:
            shown = repr(arguments)
            if shown not in seen:
                seen.add(shown)
                hidden.append((arguments, run(arguments)))

        for arguments in self._edges(rng):
            add(arguments)
        num_enough = max(_MIN_HIDDEN, len(hidden) + _NUM_TYPICAL)
        while len(hidden) < num_enough:
            add(self._draw(rng))
        for arguments in probes(self.program.kinds):
            if self._adds_variety(run(arguments), hidden):
                add(arguments)
        for _ in range(_MAX_DRAWS):
            if any(value != hidden[0][1] for _, value in hidden):
                break
            arguments = self._draw(rng)
            if run(arguments) != hidden[0][1]:
                add(arguments)
        spare: list[_Case] = []
        for variant in self.program.variants():
            if any(variant.run(arguments) != value for arguments, value in reversed(hidden)):
                continue
            for case in self._extend(spare, rng):
                if variant.run(case[0]) != case[1]:
                    add(case[0])
                    break
        return CodeTests(
            style="asserts",
            entry_point=self.plan.function,
            tests=tuple(self._test(*example) for example in self.plan.examples),
            hidden=tuple(self._test(*example) for example in hidden),
            signature=self.signature,
        )

    def _adds_variety(self, value: Any, cases: list[_Case]) -> bool:
        """Return whether the cases have too few values like this one."""
        values = [each for _, each in cases]
        if self.program.gives == "flag":
            return values.count(value) < _NUM_OF_EACH_FLAG
        shown = set(map(repr, values))
        return len(shown) < _MIN_DIFFERENT and repr(value) not in shown

    def _choose_examples(self, rng: TaskRNG) -> list[_Case]:
        """Choose arguments whose values differ, at most one of them empty or 0.

        If the values are truth values, both occur.
        """
        examples: list[_Case] = []
        drawn = (self._draw(rng) for _ in range(_NUM_CANDIDATES))
        for arguments in chain(drawn, probes(self.program.kinds)):
            value = self.program.run(arguments)
            values = [each for _, each in examples]
            if self.program.gives == "flag":
                is_informative = len(values) != 1 or value not in values
            else:
                is_informative = value not in values and (bool(value) or all(values))
            if is_informative:
                examples.append((arguments, value))
                if len(examples) == _NUM_EXAMPLES:
                    break
        return examples

    def _edges(self, rng: TaskRNG) -> Iterator[Arguments]:
        kinds = [KINDS[kind] for kind in self.program.kinds]
        if len(kinds) == 1:
            return ((edge,) for edge in kinds[0].edges)
        first, second = kinds
        pool = self.program.numbers
        return chain(
            zip(first.edges, second.edges, strict=False),
            zip(first.edges[1:], second.edges, strict=False),
            [
                (first.edges[0], second.draw(rng, pool)),
                (first.draw(rng, pool), second.edges[0]),
            ],
        )

    def _extend(self, spare: list[_Case], rng: TaskRNG) -> Iterator[_Case]:
        """Yield cases that may detect a wrong program; new cases are appended to ``spare``."""
        yield from spare
        trials = probes(self.program.kinds)
        while len(spare) < len(trials) + _NUM_SPARE:
            arguments = trials[len(spare)] if len(spare) < len(trials) else self._draw(rng)
            spare.append((arguments, self.program.run(arguments)))
            yield spare[-1]

    def _draw(self, rng: TaskRNG) -> Arguments:
        pool = self.program.numbers
        return tuple(KINDS[kind].draw(rng, pool) for kind in self.program.kinds)

    def _call(self, arguments: Arguments) -> str:
        return f"{self.plan.function}({', '.join(map(repr, arguments))})"

    def _test(self, arguments: Arguments, value: Any) -> str:
        return f"assert {self._call(arguments)} == {value!r}"
