"""What makes another list of a list of whole numbers by where they stand."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import TESTS

__all__ = ["GROUPING", "NEIGHBOURS", "SLICING"]

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
        p=TESTS,
    ),
    phrase(
        "Drop numbers from the front of the list as long as the first one @p.",
        "list(itertools.dropwhile(lambda x: @p, it))",
        "numbers",
        p=TESTS,
    ),
)

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
        p=TESTS,
    ),
    phrase(
        "Drop every number that equals the number right before it.",
        "[x for x, _ in itertools.groupby(it)]",
        "numbers",
    ),
)

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
