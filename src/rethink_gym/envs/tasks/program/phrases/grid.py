"""What is done to a grid: a list of rows of equal length."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGES, TESTS

__all__ = ["CHANGING", "CHECKING", "READING"]

CHANGING = (
    phrase(
        "Swap rows and columns: the first column becomes the first row, and so on.",
        "[list(column) for column in zip(*it)]",
        "grid",
    ),
    phrase("Reverse the order of the rows.", "it[::-1]", "grid"),
    phrase("Reverse each row.", "[row[::-1] for row in it]", "grid"),
    phrase(
        "Turn the grid a quarter turn clockwise: the first column, read from bottom to top, "
        "becomes the first row, and so on.",
        "[list(column) for column in zip(*it[::-1])]",
        "grid",
    ),
    phrase(
        "Take each number of the grid and @m.",
        "[[@m for x in row] for row in it]",
        "grid",
        m=CHANGES,
    ),
    phrase(
        "Take each number of the grid: if it @p, @m; otherwise, @n.",
        "[[@m if @p else @n for x in row] for row in it]",
        "grid",
        level=2,
        p=TESTS,
        m=CHANGES,
        n=CHANGES,
    ),
    phrase(
        "Keep a row only if its sum is greater than @k.",
        "[row for row in it if sum(row) > @k]",
        "grid",
        k=range(30),
    ),
    phrase(
        "Keep a row only if it contains at least one number that @p.",
        "[row for row in it if any(@p for x in row)]",
        "grid",
        p=TESTS,
    ),
    phrase("Sort each row from smallest to largest.", "[sorted(row) for row in it]", "grid"),
    phrase(
        "Sort the rows by their sums, smallest first; rows that tie stay in the order they had.",
        "sorted(it, key=sum)",
        "grid",
    ),
    phrase("Remove the first row.", "it[1:]", "grid"),
)

READING = (
    phrase("Make a list of the sums of the rows.", "[sum(row) for row in it]", "numbers"),
    phrase(
        "Make a list of the sums of the columns.", "[sum(column) for column in zip(*it)]", "numbers"
    ),
    phrase(
        "Make a list of the largest numbers of the rows.", "[max(row) for row in it]", "numbers"
    ),
    phrase(
        "Make a list of the smallest numbers of the columns.",
        "[min(column) for column in zip(*it)]",
        "numbers",
    ),
    phrase(
        "Make one list of all numbers, row by row, each row from left to right.",
        "[x for row in it for x in row]",
        "numbers",
    ),
    phrase(
        "Make a list of the numbers on the diagonal that begins at the top left and goes down to "
        "the right, as far as it reaches.",
        "[row[i] for i, row in enumerate(it) if i < len(row)]",
        "numbers",
    ),
    phrase(
        "Make a list that gives, for each row, how many of its numbers pass this test: the number "
        "@p.",
        "[sum(1 for x in row if @p) for row in it]",
        "numbers",
        p=TESTS,
    ),
    phrase(
        "Make a list of the numbers in the columns 0, 2, 4 and so on (counted from 0), row by row.",
        "[x for row in it for x in row[::2]]",
        "numbers",
    ),
    phrase(
        "Count every number of the grid that @p; the result is how many there are.",
        "sum(1 for row in it for x in row if @p)",
        "number",
        p=TESTS,
    ),
    phrase(
        "Add up the numbers on the edge of the grid: those in the first or last row or in the "
        "first or last column, each once (0 if the grid is empty).",
        "sum(x for i, row in enumerate(it) for j, x in enumerate(row) if i in (0, len(it) - 1) or "
        "j in (0, len(row) - 1))",
        "number",
    ),
    phrase(
        "Count the numbers that are greater than the number directly above them; the first row "
        "does not count.",
        "sum(1 for upper, lower in zip(it, it[1:]) for x, y in zip(upper, lower) if y > x)",
        "number",
    ),
)

CHECKING = (
    phrase(
        "Check whether every row contains a number that @p; this is so if there are no rows.",
        "all(any(@p for x in row) for row in it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether all rows have the same sum (this is so if there are no rows).",
        "len({sum(row) for row in it}) <= 1",
        "flag",
    ),
)
