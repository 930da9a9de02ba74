"""What makes another list of a list of whole numbers: choosing, changing, ordering."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGES, TESTS

__all__ = ["CHANGING", "KEEPING", "ORDERING"]

KEEPING = (
    *[
        phrase(
            "Keep a number only if it @p.|Drop every number unless it @p.",
            "[x for x in it if @p]",
            "numbers",
            p=TESTS,
        ),
        phrase(
            "Remove every number that @p.|Drop each number that @p.",
            "[x for x in it if not (@p)]",
            "numbers",
            p=TESTS,
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

CHANGING = (
    *[phrase("Take each number and @m.", "[@m for x in it]", "numbers", m=CHANGES)] * 3,
    *[
        phrase(
            "Take each number: if it @p, @m; otherwise, @n.|For each number: if it @p, @m; if "
            "not, @n.",
            "[@m if @p else @n for x in it]",
            "numbers",
            level=2,
            p=TESTS,
            m=CHANGES,
            n=CHANGES,
        ),
        phrase(
            "Take each number that @p, and @m; leave the others as they are.",
            "[@m if @p else x for x in it]",
            "numbers",
            p=TESTS,
            m=CHANGES,
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
        p=TESTS,
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
