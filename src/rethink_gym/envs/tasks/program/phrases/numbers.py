"""Phrases about a list of whole numbers, two lists, or a list and a number."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGE_CLAUSES, TEST_CLAUSES

__all__ = [
    "CHANGING",
    "CHECKING",
    "FOLDING",
    "GROUPING",
    "KEEPING",
    "LIMITING",
    "LOCATING",
    "NEIGHBOURS",
    "ORDERING",
    "PAIRING",
    "SLICING",
    "TURNING",
]

KEEPING = (
    *[
        phrase(
            "Keep a number only if it @p.|Drop every number unless it @p.",
            "[x for x in it if @p]",
            "numbers",
            p=TEST_CLAUSES,
        ),
        phrase(
            "Remove every number that @p.|Drop each number that @p.",
            "[x for x in it if not (@p)]",
            "numbers",
            p=TEST_CLAUSES,
        ),
    ]
    * 3,
    phrase(
        "Keep a number only if it occurs at least @k times in the list; all its occurrences stay.",
        "[x for x in it if it.count(x) >= @k]",
        "numbers",
        level=2,
        k=(2, 3),
    ),
    phrase(
        "Keep a number only if it is greater than the average of the list.",
        "[x for x in it if x * len(it) > sum(it)]",
        "numbers",
        level=2,
    ),
)
"""Some of the numbers, chosen one by one."""

CHANGING = (
    *[phrase("Take each number and @m.", "[@m for x in it]", "numbers", m=CHANGE_CLAUSES)] * 3,
    *[
        phrase(
            "Take each number: if it @p, @m; otherwise, @n.|For each number: if it @p, @m; if "
            "not, @n.",
            "[@m if @p else @n for x in it]",
            "numbers",
            level=2,
            p=TEST_CLAUSES,
            m=CHANGE_CLAUSES,
            n=CHANGE_CLAUSES,
        ),
        phrase(
            "Take each number that @p, and @m; leave the others as they are.",
            "[@m if @p else x for x in it]",
            "numbers",
            p=TEST_CLAUSES,
            m=CHANGE_CLAUSES,
        ),
    ]
    * 2,
    phrase(
        "Multiply each number by its position in the list, counted from 1.",
        "[i * x for i, x in enumerate(it, 1)]",
        "numbers",
    ),
    phrase(
        "Change the sign of every second number, beginning with the second one.",
        "[-x if i % 2 else x for i, x in enumerate(it)]",
        "numbers",
    ),
    phrase(
        "Subtract the smallest number of the list from each number.",
        "[x - min(it) for x in it]",
        "numbers",
        level=2,
    ),
)
"""All numbers, changed one by one."""

ORDERING = (
    phrase("Sort the numbers from smallest to largest.", "sorted(it)", "numbers"),
    phrase("Sort the numbers from largest to smallest.", "sorted(it, reverse=True)", "numbers"),
    phrase("Reverse the order of the list.", "it[::-1]", "numbers"),
    phrase(
        "Sort the numbers by absolute value, smallest first; numbers that tie stay in the order "
        "they had.",
        "sorted(it, key=abs)",
        "numbers",
    ),
    phrase(
        "Sort the numbers by their last digit (ignoring the sign), smallest first; numbers that "
        "tie stay in the order they had.",
        "sorted(it, key=lambda x: abs(x) % 10)",
        "numbers",
    ),
    phrase(
        "Sort the numbers by how far they are from @k, nearest first; numbers that tie stay in "
        "the order they had.",
        "sorted(it, key=lambda x: abs(x - @k))",
        "numbers",
        k=range(1, 21),
    ),
    phrase(
        "Put every number that @p before all the others; apart from that, the order stays as it "
        "is.",
        "[x for x in it if @p] + [x for x in it if not (@p)]",
        "numbers",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Move the first @k numbers to the end of the list, in the same order (a list that has at "
        "most @k numbers stays as it is).",
        "it[@k:] + it[:@k]",
        "numbers",
        k=(2, 3),
    ),
    phrase("Move the first number to the end of the list.", "it[1:] + it[:1]", "numbers"),
    phrase(
        "Remove duplicates: keep only the first occurrence of each number.",
        "list(dict.fromkeys(it))",
        "numbers",
    ),
)
"""The numbers in another order."""

SLICING = (
    phrase(
        "Keep only the first @k numbers (all of them if there are fewer).",
        "it[:@k]",
        "numbers",
        k=(2, 3, 4),
    ),
    phrase(
        "Keep only the last @k numbers (all of them if there are fewer).",
        "it[-@k:]",
        "numbers",
        k=(2, 3, 4),
    ),
    phrase(
        "Drop the first @k numbers (all of them if there are fewer).",
        "it[@k:]",
        "numbers",
        k=(2, 3),
    ),
    phrase("Drop the first number, if there is one.", "it[1:]", "numbers"),
    phrase(
        "Drop the last @k numbers (all of them if there are fewer).",
        "it[:-@k]",
        "numbers",
        k=(2, 3),
    ),
    phrase("Drop the last number, if there is one.", "it[:-1]", "numbers"),
    phrase(
        "Keep the first number and every @kth number after it; drop the others.",
        "it[::@k]",
        "numbers",
        k=(4, 5),
    ),
    phrase("Keep every second number, beginning with the first one.", "it[::2]", "numbers"),
    phrase("Keep every second number, beginning with the second one.", "it[1::2]", "numbers"),
    phrase("Keep every third number, beginning with the third one.", "it[2::3]", "numbers"),
    phrase(
        "Cut the list off before the first number that @p; if there is none, keep all.",
        "list(itertools.takewhile(lambda x: not (@p), it))",
        "numbers",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Drop numbers from the front of the list as long as the first one @p.",
        "list(itertools.dropwhile(lambda x: @p, it))",
        "numbers",
        p=TEST_CLAUSES,
    ),
)
"""Some of the numbers, chosen by position."""

NEIGHBOURS = (
    phrase(
        "Replace the list by the differences of neighbours: each number, from the second one on, "
        "minus the number right before it.",
        "[y - x for x, y in zip(it, it[1:])]",
        "numbers",
    ),
    phrase(
        "Replace the list by the sums of neighbours: each number, from the second one on, plus "
        "the number right before it.",
        "[x + y for x, y in zip(it, it[1:])]",
        "numbers",
    ),
    phrase(
        "Replace the list by the products of neighbours: each number, from the second one on, "
        "times the number right before it.",
        "[x * y for x, y in zip(it, it[1:])]",
        "numbers",
    ),
    phrase(
        "Replace the list by the larger one of each two neighbours, from left to right.",
        "[max(x, y) for x, y in zip(it, it[1:])]",
        "numbers",
    ),
    phrase(
        "Keep a number only if it is greater than the number right before it; the first number is "
        "dropped.",
        "[y for x, y in zip(it, it[1:]) if y > x]",
        "numbers",
    ),
    phrase(
        "Keep a number only if it differs by more than @k from the number right before it; the "
        "first number is dropped.",
        "[y for x, y in zip(it, it[1:]) if abs(y - x) > @k]",
        "numbers",
        k=range(2, 13),
    ),
    phrase(
        "Keep a number only if the number right before it @p; the first number is dropped.",
        "[y for x, y in zip(it, it[1:]) if @p]",
        "numbers",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Drop every number that equals the number right before it.",
        "[x for x, _ in itertools.groupby(it)]",
        "numbers",
    ),
)
"""Values of neighbouring numbers."""

GROUPING = (
    phrase(
        "Replace every number by the sum of itself and all numbers before it.",
        "list(itertools.accumulate(it))",
        "numbers",
    ),
    phrase(
        "Replace every number by the largest one among itself and all numbers before it.",
        "list(itertools.accumulate(it, max))",
        "numbers",
    ),
    phrase(
        "Replace every number by the smallest one among itself and all numbers before it.",
        "list(itertools.accumulate(it, min))",
        "numbers",
    ),
    *[
        phrase(
            "Split the list into groups of @k numbers each (the last group may be smaller) and "
            f"replace each group by {words}.",
            f"[{fold}(it[i:i + @k]) for i in range(0, len(it), @k)]",
            "numbers",
            k=(2, 3, 4),
        )
        for words, fold in (
            ("its sum", "sum"),
            ("its largest number", "max"),
            ("its smallest number", "min"),
        )
    ],
    *[
        phrase(
            f"Replace the list by {words} of every @k numbers that stand next to each other, "
            "from left to right (an empty list if there are fewer than @k numbers).",
            f"[{fold}(it[i:i + @k]) for i in range(len(it) - @k + 1)]",
            "numbers",
            k=(2, 3, 4),
        )
        for words, fold in (
            ("the sum", "sum"),
            ("the largest", "max"),
            ("the smallest", "min"),
        )
    ],
    phrase(
        "Replace each run of equal numbers that stand next to each other by the length of the run.",
        "[len(list(run)) for _, run in itertools.groupby(it)]",
        "numbers",
    ),
)
"""Running values, and values of groups of numbers."""

LOCATING = (
    phrase(
        "Find the position, counted from 0, of the first number that @p; the result is -1 if "
        "there is none.",
        "next((i for i, x in enumerate(it) if @p), -1)",
        "number",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Find the position, counted from 0, of the last number that @p; the result is -1 if there "
        "is none.",
        "max((i for i, x in enumerate(it) if @p), default=-1)",
        "number",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Replace the list by the positions, counted from 0, of each number that @p.",
        "[i for i, x in enumerate(it) if @p]",
        "numbers",
        p=TEST_CLAUSES,
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
        p=TEST_CLAUSES,
    ),
)
"""Positions of numbers, and the length of the longest stretch."""

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
        p=TEST_CLAUSES,
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
"""One number that is computed from all numbers."""

CHECKING = (
    phrase(
        "Check whether more than half of the numbers pass this test: the number @p.",
        "2 * sum(1 for x in it if @p) > len(it)",
        "flag",
        p=TEST_CLAUSES,
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
        p=TEST_CLAUSES,
    ),
    phrase(
        "Check whether at least one number @p.|Check whether there is a number that @p.",
        "any(@p for x in it)",
        "flag",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Check whether at least @k of the numbers pass this test: the number @p.",
        "sum(1 for x in it if @p) >= @k",
        "flag",
        k=(2, 3),
        p=TEST_CLAUSES,
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
"""A test of the whole list."""

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
"""A value of another kind."""

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
        p=TEST_CLAUSES,
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
        p=TEST_CLAUSES[:4],
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
        p=TEST_CLAUSES,
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
