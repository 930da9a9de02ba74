"""What is found out about a list of whole numbers."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import TESTS

__all__ = ["CHECKING", "FOLDING", "LOCATING", "TURNING"]

LOCATING = (
    phrase(
        "Find the position, counted from 0, of the first number that @p; the result is -1 if "
        "there is none.",
        "next((i for i, x in enumerate(it) if @p), -1)",
        "number",
        p=TESTS,
    ),
    phrase(
        "Find the position, counted from 0, of the last number that @p; the result is -1 if there "
        "is none.",
        "max((i for i, x in enumerate(it) if @p), default=-1)",
        "number",
        p=TESTS,
    ),
    phrase(
        "Replace the list by the positions, counted from 0, of each number that @p.",
        "[i for i, x in enumerate(it) if @p]",
        "numbers",
        p=TESTS,
    ),
    phrase(
        "Find the position, counted from 0, of the first occurrence of the largest number (-1 if "
        "the list is empty).",
        "it.index(max(it)) if it else -1",
        "number",
    ),
    phrase(
        "Find the length of the longest stretch of neighbouring numbers of which each one @p; the "
        "result is 0 if there is none.",
        "max((len(list(run)) for fits, run in itertools.groupby(it, lambda x: @p) if fits), "
        "default=0)",
        "number",
        level=2,
        p=TESTS,
    ),
)

FOLDING = (
    phrase("Add up the numbers (0 if there are none).", "sum(it)", "number"),
    phrase("Multiply the numbers together (1 if there are none).", "math.prod(it)", "number"),
    phrase(
        "Take the largest number, or @k if there is none.",
        "max(it, default=@k)",
        "number",
        k=(-1, 0, 1),
    ),
    phrase(
        "Take the smallest number, or @k if there is none.",
        "min(it, default=@k)",
        "number",
        k=(-1, 0, 1),
    ),
    phrase(
        "Count every number that @p; the result is how many there are.",
        "sum(1 for x in it if @p)",
        "number",
        p=TESTS,
    ),
    phrase("Count how many different numbers there are.", "len(set(it))", "number"),
    phrase(
        "Subtract the smallest number from the largest one (the result is 0 if the list is empty).",
        "max(it) - min(it) if it else 0",
        "number",
    ),
    phrase(
        "Add up the numbers at the positions 0, 2, 4 and so on, and subtract the numbers at the "
        "positions 1, 3, 5 and so on.",
        "sum(it[::2]) - sum(it[1::2])",
        "number",
    ),
    phrase(
        "Count how often a number is greater than the number right before it.",
        "sum(1 for x, y in zip(it, it[1:]) if y > x)",
        "number",
    ),
    phrase(
        "Read the list as the digits of a number in base @k, the first one weighing the most: "
        "begin with 0 and, for each number from left to right, multiply by @k and add the number.",
        "functools.reduce(lambda total, x: total * @k + x, it, 0)",
        "number",
        level=2,
        k=range(2, 11),
    ),
)

CHECKING = (
    phrase(
        "Check whether more than half of the numbers pass this test: the number @p.",
        "2 * sum(1 for x in it if @p) > len(it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether the sum of the numbers (0 if there are none) is divisible by @k.",
        "sum(it) % @k == 0",
        "flag",
        k=(2, 3),
    ),
    phrase(
        "Check whether every number @p; this is so if there are none.",
        "all(@p for x in it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether at least one number @p.|Check whether there is a number that @p.",
        "any(@p for x in it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether at least @k of the numbers pass this test: the number @p.",
        "sum(1 for x in it if @p) >= @k",
        "flag",
        k=(2, 3),
        p=TESTS,
    ),
    phrase(
        "Check whether no number is smaller than the number right before it.",
        "all(x <= y for x, y in zip(it, it[1:]))",
        "flag",
    ),
    phrase("Check whether the list reads the same backwards.", "it == it[::-1]", "flag"),
    phrase("Check whether no number occurs more than once.", "len(set(it)) == len(it)", "flag"),
    phrase(
        "Check whether the sum of the numbers (0 if there are none) is greater than @k.",
        "sum(it) > @k",
        "flag",
        k=range(5, 60),
    ),
    phrase(
        "Check whether all pairs of neighbouring numbers differ by at most @k.",
        "all(abs(y - x) <= @k for x, y in zip(it, it[1:]))",
        "flag",
        k=range(3, 16),
    ),
)

TURNING = (
    phrase(
        "Build a dictionary that gives, for each different number, how often it occurs.",
        "{x: it.count(x) for x in it}",
        "counts",
    ),
    phrase(
        "Join the numbers into one string, with @s between them.",
        "@s.join(map(str, it))",
        "text",
        s=(",", "-", "/", " "),
    ),
)
