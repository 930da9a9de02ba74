"""Phrases about dictionaries, grids, and strings that hold data."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGE_CLAUSES, TEST_CLAUSES
from rethink_gym.envs.tasks.program.phrases.words import TEST_CLAUSES as WORD_TEST_CLAUSES

__all__ = [
    "CHANGING",
    "CHECKING",
    "ENTRIES",
    "GRID_CHANGING",
    "GRID_CHECKING",
    "GRID_READING",
    "LISTS",
    "MERGING",
    "MOVES",
    "READING",
    "SUMS",
]

CHANGING = (
    phrase(
        "Keep an entry of the dictionary only if its value @p.",
        "{w: x for w, x in it.items() if @p}",
        "table",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Remove every entry of the dictionary whose value @p.",
        "{w: x for w, x in it.items() if not (@p)}",
        "table",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Keep an entry of the dictionary only if its key @p.",
        "{w: x for w, x in it.items() if @p}",
        "table",
        p=WORD_TEST_CLAUSES,
    ),
    phrase(
        "Take each value of the dictionary and @m.",
        "{w: @m for w, x in it.items()}",
        "table",
        m=CHANGE_CLAUSES,
    ),
    phrase(
        "Take each value of the dictionary: if it @p, @m; otherwise, @n.",
        "{w: @m if @p else @n for w, x in it.items()}",
        "table",
        level=2,
        p=TEST_CLAUSES,
        m=CHANGE_CLAUSES,
        n=CHANGE_CLAUSES,
    ),
    phrase(
        "Take the value of each key that @p, and @m; leave the other values as they are.",
        "{w: @m if @p else x for w, x in it.items()}",
        "table",
        p=WORD_TEST_CLAUSES,
        m=CHANGE_CLAUSES,
    ),
    phrase(
        "Keep an entry of the dictionary only if no other entry has the same value.",
        "{w: x for w, x in it.items() if list(it.values()).count(x) == 1}",
        "table",
    ),
    phrase(
        "Keep an entry of the dictionary only if its value is greater than the average of all "
        "values.",
        "{w: x for w, x in it.items() if x * len(it) > sum(it.values())}",
        "table",
    ),
)
"""Another dictionary."""

READING = (
    phrase(
        "Make a list of words: the keys, sorted in the order in which `<` puts strings.",
        "sorted(it)",
        "words",
    ),
    phrase(
        "Make a list of words: the keys, those with the smallest values first; keys of equal "
        "value are sorted in the order in which `<` puts strings.",
        "sorted(it, key=lambda w: (it[w], w))",
        "words",
    ),
    phrase(
        "Make a list of words: the keys, those with the largest values first; keys of equal value "
        "are sorted in the order in which `<` puts strings.",
        "sorted(it, key=lambda w: (-it[w], w))",
        "words",
    ),
    phrase(
        "Make a list of the values, in the order in which `<` sorts their keys.",
        "[it[w] for w in sorted(it)]",
        "numbers",
    ),
    phrase(
        "Make a list of the values, sorted from smallest to largest.",
        "sorted(it.values())",
        "numbers",
    ),
    phrase(
        "Find the key of the largest value; of several, take the one that `<` puts first (the "
        "empty string if the dictionary is empty).",
        "min(it, key=lambda w: (-it[w], w), default='')",
        "text",
    ),
    phrase("Add up the values (0 if there are none).", "sum(it.values())", "number"),
    phrase(
        "Add up the value of each key that @p; the result is 0 if there is none.",
        "sum(x for w, x in it.items() if @p)",
        "number",
        p=WORD_TEST_CLAUSES,
    ),
    phrase(
        "Count every value that @p; the result is how many there are.",
        "sum(1 for x in it.values() if @p)",
        "number",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Turn the dictionary around: build one that gives, for each value, the list of the keys "
        "that had it, sorted in the order in which `<` puts strings.",
        "{x: sorted(w for w in it if it[w] == x) for x in it.values()}",
        "index",
    ),
)
"""A list or a number that is read from the dictionary."""

CHECKING = (
    phrase(
        "Check whether every value of the dictionary @p; this is so if there are none.",
        "all(@p for x in it.values())",
        "flag",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Check whether at least one key @p.",
        "any(@p for w in it)",
        "flag",
        p=WORD_TEST_CLAUSES,
    ),
)
"""A test of the dictionary."""

MERGING = (
    phrase(
        "Build a dictionary of all keys of `it` and `that`; the value of a key is the sum of its "
        "values there, where a missing one counts as 0.",
        "{w: it.get(w, 0) + that.get(w, 0) for w in {**it, **that}}",
        "table",
    ),
    phrase(
        "Build a dictionary of the keys that both `it` and `that` have; the value of a key is the "
        "larger one of its two values.",
        "{w: max(it[w], that[w]) for w in it if w in that}",
        "table",
    ),
    phrase(
        "Build a dictionary of the keys that both `it` and `that` have; the value of a key is its "
        "value in `it` minus @k times its value in `that`.",
        "{w: it[w] - @k * that[w] for w in it if w in that}",
        "table",
        k=range(2, 8),
    ),
    phrase(
        "Build a dictionary of the entries of `it` whose keys `that` does not have.",
        "{w: x for w, x in it.items() if w not in that}",
        "table",
    ),
    phrase(
        "Build a dictionary of all keys of `it` and `that`; the value of a key is its value in "
        "`that` if it is there, and otherwise its value in `it` plus @k.",
        "{**{w: x + @k for w, x in it.items()}, **that}",
        "table",
        k=range(1, 13),
    ),
    phrase(
        "Build a dictionary of the entries whose key is in exactly one of `it` and `that`.",
        "{w: x for w, x in {**it, **that}.items() if (w in it) != (w in that)}",
        "table",
    ),
)
"""With two dictionaries, ``it`` and ``that``."""

GRID_CHANGING = (
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
        m=CHANGE_CLAUSES,
    ),
    phrase(
        "Take each number of the grid: if it @p, @m; otherwise, @n.",
        "[[@m if @p else @n for x in row] for row in it]",
        "grid",
        level=2,
        p=TEST_CLAUSES,
        m=CHANGE_CLAUSES,
        n=CHANGE_CLAUSES,
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
        p=TEST_CLAUSES,
    ),
    phrase("Sort each row from smallest to largest.", "[sorted(row) for row in it]", "grid"),
    phrase(
        "Sort the rows by their sums, smallest first; rows that tie stay in the order they had.",
        "sorted(it, key=sum)",
        "grid",
    ),
    phrase("Remove the first row.", "it[1:]", "grid"),
)
"""Another grid."""

GRID_READING = (
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
        p=TEST_CLAUSES,
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
        p=TEST_CLAUSES,
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
"""A list or a number that is read from the grid."""

GRID_CHECKING = (
    phrase(
        "Check whether every row contains a number that @p; this is so if there are no rows.",
        "all(any(@p for x in row) for row in it)",
        "flag",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Check whether all rows have the same sum (this is so if there are no rows).",
        "len({sum(row) for row in it}) <= 1",
        "flag",
    ),
)
"""A test of the grid."""

LISTS = (
    phrase(
        "Read the numbers into a list, but only those of which each one @p.",
        "[x for x in map(int, filter(None, it.split(','))) if @p]",
        "numbers",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Read the numbers into a list, and do this with each one: @m.",
        "[@m for x in map(int, filter(None, it.split(',')))]",
        "numbers",
        m=CHANGE_CLAUSES,
    ),
    phrase(
        "Read the numbers into a list, and reverse its order.",
        "[int(part) for part in it.split(',') if part][::-1]",
        "numbers",
    ),
    phrase(
        "Read the numbers into a list, and keep only the first occurrence of each number.",
        "list(dict.fromkeys(int(part) for part in it.split(',') if part))",
        "numbers",
    ),
)
"""A string of numbers, such as ``'4,-7,12'``."""

ENTRIES = (
    phrase(
        "Read the string into a dictionary from names to numbers.",
        "{w: int(x) for w, _, x in (part.partition('=') for part in it.split(';')) if w}",
        "table",
    ),
    phrase(
        "Read the string into a dictionary from names to numbers, but only the entries whose "
        "number is greater than @k.",
        "{w: int(x) for w, _, x in (part.partition('=') for part in it.split(';')) if w and "
        "int(x) > @k}",
        "table",
        k=range(15),
    ),
    phrase(
        "Read the string into a dictionary from names to numbers, with each number multiplied by "
        "@k.",
        "{w: @k * int(x) for w, _, x in (part.partition('=') for part in it.split(';')) if w}",
        "table",
        k=range(2, 8),
    ),
    phrase(
        "Make a list of words: the names, in the order they stand in.",
        "[part.partition('=')[0] for part in it.split(';') if part]",
        "words",
    ),
    phrase(
        "Make a list of the numbers, in the order they stand in.",
        "[int(part.partition('=')[2]) for part in it.split(';') if part]",
        "numbers",
    ),
    phrase(
        "Add up the numbers of all entries whose name has more than @k characters (0 if there are "
        "none).",
        "sum(int(x) for w, _, x in (part.partition('=') for part in it.split(';')) if len(w) > @k)",
        "number",
        k=(3, 4),
    ),
)
"""A string of names and numbers, such as ``'plum=3;kiwi=-12'``."""

SUMS = (
    phrase(
        "Work out the value of the string (0 if it is empty).",
        "sum(int(part) for part in it.replace('-', '+-').split('+') if part)",
        "number",
    ),
    phrase(
        "Work out the value of the string, but with every number that is added (also the first "
        "one) counting @k times (0 if the string is empty).",
        "sum(int(part) if '-' in part else @k * int(part) for part in it.replace('-', "
        "'+-').split('+') if part)",
        "number",
        k=range(2, 8),
    ),
    phrase(
        "Make a list of the numbers, from left to right, each one that is subtracted with a minus "
        "sign.",
        "[int(part) for part in it.replace('-', '+-').split('+') if part]",
        "numbers",
    ),
    phrase(
        "Make a list of the numbers, from left to right, all without a sign.",
        "[int(part) for part in it.replace('-', '+').split('+') if part]",
        "numbers",
    ),
    phrase(
        "Make a list of the values that the string has up to and including its first number, its "
        "second one, and so on (an empty list for the empty string).",
        "list(itertools.accumulate(int(part) for part in it.replace('-', '+-').split('+') if "
        "part))",
        "numbers",
    ),
    phrase(
        "Count the plus signs in the string and subtract the number of its minus signs.",
        "it.count('+') - it.count('-')",
        "number",
    ),
)
"""A string of numbers with signs between them, such as ``'12+5-30'``."""

_STEPS = "({'R': 1, 'L': -1, 'U': 1j, 'D': -1j}[c] for c in it)"

MOVES = (
    phrase(
        "Find where the walker is at the end, as a list of the two coordinates, if each move to "
        "the left or right is @a long and each move up or down is @b long.",
        "[@a * (it.count('R') - it.count('L')), @b * (it.count('U') - it.count('D'))]",
        "numbers",
        a=range(1, 7),
        b=range(1, 7),
    ),
    phrase(
        "Find how far the walker is from the start at the end: the distance to the left or right, "
        "times @a, plus the distance up or down.",
        "@a * abs(it.count('R') - it.count('L')) + abs(it.count('U') - it.count('D'))",
        "number",
        a=range(1, 9),
    ),
    phrase(
        "Count how many different places the walker visits, the start included.",
        f"len(set(itertools.accumulate({_STEPS}, initial=0)))",
        "number",
    ),
    phrase(
        "Make a list of the first coordinate of the walker after each move, if it starts at (@a, "
        "0).",
        "[@a + it[:i + 1].count('R') - it[:i + 1].count('L') for i in range(len(it))]",
        "numbers",
        a=range(-5, 10),
    ),
    phrase(
        "Make a list of the second coordinate of the walker at the start and after each move, "
        "where a move up adds @k instead of 1.",
        "[@k * it[:i].count('U') - it[:i].count('D') for i in range(len(it) + 1)]",
        "numbers",
        k=range(2, 6),
    ),
    phrase(
        "Find the largest second coordinate that the walker ever has, the start included.",
        "max(it[:i].count('U') - it[:i].count('D') for i in range(len(it) + 1))",
        "number",
    ),
    phrase(
        "Find the moves that lead back to the start from where the walker ends: the opposite "
        "moves, last one first, as a string.",
        "''.join({'R': 'L', 'L': 'R', 'U': 'D', 'D': 'U'}[c] for c in it[::-1])",
        "text",
    ),
    phrase(
        "Count how often the walker turns: how often a move has another letter than the one "
        "before it.",
        "sum(1 for c, d in zip(it, it[1:]) if c != d)",
        "number",
    ),
)
"""A string of moves of a walker, such as ``'LLU'``."""
