"""What is read out of strings that hold data."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGES, TESTS

__all__ = ["ENTRIES", "LISTS", "MOVES", "SUMS"]

LISTS = (
    phrase(
        "Read the numbers into a list, but only those of which each one @p.",
        "[x for x in map(int, filter(None, it.split(','))) if @p]",
        "numbers",
        p=TESTS,
    ),
    phrase(
        "Read the numbers into a list, and do this with each one: @m.",
        "[@m for x in map(int, filter(None, it.split(',')))]",
        "numbers",
        m=CHANGES,
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
