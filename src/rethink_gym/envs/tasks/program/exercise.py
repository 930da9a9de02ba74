"""An exercise: a program to write, with a name, examples, and tests that decide."""

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
"""Arguments, and the value for them."""

_NUM_EXAMPLES = 3
_MIN_HIDDEN = 8
_NUM_TYPICAL = 8
"""How many hidden tests have arguments of the same kind as the examples."""

_NUM_CANDIDATES = 10
"""How many arguments are drawn to find examples among."""

_MIN_DIFFERENT = 4
"""How many different values the hidden tests have, if that can be had."""

_NUM_OF_EACH_FLAG = 5
"""How many hidden tests have True, and how many False, if that can be had."""

_MAX_DRAWS = 1_000
"""How many arguments are drawn, at most, so that not all hidden tests have one value."""

_NUM_SPARE = 6
"""How many arguments are drawn, at most, to tell wrong programs by that pass all else."""


class Plan(NamedTuple):
    """What an exercise looks like.

    Attributes:
        function: The name of the function.
        arguments: The names of its arguments.
        order: Which way of saying that steps follow.
        examples: What is shown: arguments, and the value for them.
    """

    function: str
    arguments: tuple[str, ...]
    order: int
    examples: list[_Case]


class Exercise:
    """A program to write.

    Args:
        program: What is to be written.
        seed: Decides about everything that does not change what the program does: names,
            examples, tests.
    """

    def __init__(self, program: Program, seed: int) -> None:
        self.program = program
        self._seed = seed

    @cached_property
    def plan(self) -> Plan:
        """Everything about the exercise that does not change what the program does."""
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
        """The exercise as it is set."""
        return (
            f"Complete this Python function.\n\n```python\n{self.signature}```\n\n{PROGRAM_FORMAT}"
        )

    @cached_property
    def signature(self) -> str:
        """The head of the function and its docstring."""
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
        """The function that was asked for, in Python."""
        return write_function(self.program, self.plan.function, self.plan.arguments)

    def make_tests(self) -> CodeTests:
        """Make the tests: the examples, and hidden ones.

        The hidden ones are edge cases, typical ones, and whatever tells the program apart
        from each of its `Program.variants`, so far as arguments are found that do.
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
        """Return whether a value is one of which the cases have too few."""
        values = [each for _, each in cases]
        if self.program.gives == "flag":
            return values.count(value) < _NUM_OF_EACH_FLAG
        shown = set(map(repr, values))
        return len(shown) < _MIN_DIFFERENT and repr(value) not in shown

    def _choose_examples(self, rng: TaskRNG) -> list[_Case]:
        """Choose arguments whose values differ, at most one of them empty or 0.

        Of truth values there are only two; both are there.
        """
        examples: list[_Case] = []
        drawn = (self._draw(rng) for _ in range(_NUM_CANDIDATES))
        for arguments in chain(drawn, probes(self.program.kinds)):
            value = self.program.run(arguments)
            values = [each for _, each in examples]
            if self.program.gives == "flag":
                is_telling = len(values) != 1 or value not in values
            else:
                is_telling = value not in values and (bool(value) or all(values))
            if is_telling:
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
        """Yield cases to tell a wrong program by; those not there yet are made and kept."""
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
