"""What is done to two lists of whole numbers, or to a list and a number."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import TESTS

__all__ = ["LIMITING", "PAIRING"]

PAIRING = (
    phrase(
        "Add the two lists number by number, up to the end of the shorter one.",
        "[x + y for x, y in zip(it, that)]",
        "numbers",
    ),
    phrase(
        "Multiply the two lists number by number, up to the end of the shorter one.",
        "[x * y for x, y in zip(it, that)]",
        "numbers",
    ),
    phrase(
        "Take each number of `it` minus @k times the number at the same position of `that`, up to "
        "the end of the shorter list.",
        "[x - @k * y for x, y in zip(it, that)]",
        "numbers",
        k=range(2, 8),
    ),
    phrase(
        "At each position take the larger one of the two numbers, up to the end of the shorter "
        "list.",
        "[max(x, y) for x, y in zip(it, that)]",
        "numbers",
    ),
    phrase(
        "At each position take the number of `it` if it @p, and the number of `that` otherwise, "
        "up to the end of the shorter list.",
        "[x if @p else y for x, y in zip(it, that)]",
        "numbers",
        p=TESTS,
    ),
    phrase(
        "Add the two lists number by number; where the shorter one has ended, its numbers count "
        "as @k.",
        "[x + y for x, y in itertools.zip_longest(it, that, fillvalue=@k)]",
        "numbers",
        k=range(8),
    ),
    phrase(
        "Take numbers from `it` and `that` in turn, beginning with `it`, up to the end of the "
        "shorter list.",
        "[x for pair in zip(it, that) for x in pair]",
        "numbers",
    ),
    phrase(
        "Keep a number of `it` only if it occurs in `that`, too.",
        "[x for x in it if x in that]",
        "numbers",
    ),
    phrase(
        "Remove every number from `it` that occurs in `that`.",
        "[x for x in it if x not in that]",
        "numbers",
    ),
    phrase(
        "Join the lists, `it` first, and sort all their numbers from smallest to largest.",
        "sorted(it + that)",
        "numbers",
    ),
    phrase(
        "Count the positions that both lists have and at which `it` has the larger number.",
        "sum(1 for x, y in zip(it, that) if x > y)",
        "number",
    ),
    phrase(
        "Add up the products of the numbers that stand at the same position of the two lists, up "
        "to the end of the shorter one (0 if there are none).",
        "sum(x * y for x, y in zip(it, that))",
        "number",
    ),
)
"""With two lists of numbers, ``it`` and ``that``."""

LIMITING = (
    phrase(
        "Keep a number of `it` only if it is greater than `that` and @p.",
        "[x for x in it if x > that and (@p)]",
        "numbers",
        p=TESTS[:4],
    ),
    phrase(
        "Remove every number from `it` that differs from `that` by less than @k.",
        "[x for x in it if abs(x - that) >= @k]",
        "numbers",
        k=range(2, 10),
    ),
    phrase(
        "Replace every number of `it` that is greater than `that` by `that`.",
        "[min(x, that) for x in it]",
        "numbers",
    ),
    phrase(
        "Add `that` to each number of `it` that @p, and leave the others as they are.",
        "[x + that if @p else x for x in it]",
        "numbers",
        p=TESTS,
    ),
    phrase(
        "Multiply each number of `it` that is less than `that` by @k, and leave the others as "
        "they are.",
        "[x * @k if x < that else x for x in it]",
        "numbers",
        k=range(2, 8),
    ),
    phrase(
        "Find the number of `it` that is nearest to `that`; of two that are equally near, take "
        "the one that stands first (the result is `that` itself if `it` is empty).",
        "min(it, key=lambda x: abs(x - that), default=that)",
        "number",
    ),
    phrase(
        "Count the numbers of `it` that are less than `that`, and subtract how many are greater "
        "than `that`.",
        "sum(1 for x in it if x < that) - sum(1 for x in it if x > that)",
        "number",
    ),
    phrase(
        "Find the position, counted from 0, of the first number of `it` that is at least `that` "
        "(-1 if there is none).",
        "next((i for i, x in enumerate(it) if x >= that), -1)",
        "number",
    ),
    phrase(
        "Put the numbers of `it` that are less than `that` first, then those that equal it, then "
        "those that are greater; within each of these groups the order stays.",
        "sorted(it, key=lambda x: (x > that) - (x < that))",
        "numbers",
    ),
)
"""With a list of numbers, ``it``, and a number, ``that``."""
