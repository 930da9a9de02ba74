"""What is found out about a string, and how it is taken apart."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.character import TESTS

__all__ = ["CHECKING", "COUNTING", "SPLITTING"]

_LETTERS = tuple("bcdghklmnoprstu")

COUNTING = (
    phrase(
        "Count every character that @c; the result is how many there are.",
        "sum(1 for c in it if @c)",
        "number",
        c=TESTS,
    ),
    phrase(
        "Count how many different characters there are (upper and lower case are different).",
        "len(set(it))",
        "number",
    ),
    phrase(
        "Find the position, counted from 0, of the first character that @c; the result is -1 if "
        "there is none.",
        "next((i for i, c in enumerate(it) if @c), -1)",
        "number",
        c=TESTS,
    ),
    phrase(
        "Count every character that @c, and subtract how often the character @s occurs.",
        "sum(1 for c in it if @c) - it.count(@s)",
        "number",
        c=TESTS[:3],
        s=_LETTERS,
    ),
    phrase(
        "Add up the digits in the string (0 if there are none).",
        "sum(int(c) for c in it if c.isdigit())",
        "number",
    ),
    phrase(
        "Make a list of the positions, counted from 0, of each character that @c.",
        "[i for i, c in enumerate(it) if @c]",
        "numbers",
        c=TESTS,
    ),
    phrase(
        "Find the length of the longest stretch of neighbouring characters of which each one @c; "
        "the result is 0 if there is none.",
        "max((len(list(run)) for fits, run in itertools.groupby(it, lambda c: @c) if fits), "
        "default=0)",
        "number",
        level=2,
        c=TESTS[:6],
    ),
)

SPLITTING = (
    phrase("Split the string at spaces into a list of words.", "it.split()", "words"),
    phrase(
        "Make a list of words: what stands before, between and behind the occurrences of the "
        "character @s; empty words stay in the list.",
        "it.split(@s)",
        "words",
        s=_LETTERS,
    ),
    phrase(
        "Make a list of words: the string cut into pieces of @k characters (the last one may be "
        "shorter).",
        "[it[i:i + @k] for i in range(0, len(it), @k)]",
        "words",
        k=(2, 3, 4),
    ),
    phrase(
        "Build a dictionary that gives, for each different character, how often it occurs.",
        "{c: it.count(c) for c in it}",
        "table",
    ),
)

CHECKING = (
    phrase(
        "Check whether more than half of the characters pass this test: the character @c.",
        "2 * sum(1 for c in it if @c) > len(it)",
        "flag",
        c=TESTS,
    ),
    phrase(
        "Check whether the number of characters that pass this test is even (0 is even): the "
        "character @c.",
        "sum(1 for c in it if @c) % 2 == 0",
        "flag",
        c=TESTS,
    ),
    phrase(
        "Check whether the string has more than @k characters.",
        "len(it) > @k",
        "flag",
        k=range(3, 16),
    ),
    phrase("Check whether the string reads the same backwards.", "it == it[::-1]", "flag"),
    phrase(
        "Check whether the letters of the string read the same backwards, where upper and lower "
        "case are the same and all other characters are skipped.",
        "(lambda s: s == s[::-1])([c for c in it.lower() if c.isalpha()])",
        "flag",
    ),
    phrase(
        "Check whether every character @c; this is so for the empty string.",
        "all(@c for c in it)",
        "flag",
        c=TESTS,
    ),
    phrase("Check whether at least one character @c.", "any(@c for c in it)", "flag", c=TESTS),
    phrase(
        "Check whether there are at least @k characters of which each one @c.",
        "sum(1 for c in it if @c) >= @k",
        "flag",
        k=(2, 3, 4),
        c=TESTS,
    ),
    phrase(
        "Check whether no character occurs more than once (upper and lower case are different).",
        "len(set(it)) == len(it)",
        "flag",
    ),
    phrase(
        "Check whether two equal characters stand next to each other.",
        "any(c == d for c, d in zip(it, it[1:]))",
        "flag",
    ),
    phrase(
        "Check whether the character @s occurs before the first @t, or without any @t at all.",
        "@s in it.partition(@t)[0]",
        "flag",
        s=tuple("aeio"),
        t=tuple("lnrst"),
    ),
    phrase(
        "Check whether the string has more than @k characters and its first and last character "
        "are equal.",
        "len(it) > @k and it[0] == it[-1]",
        "flag",
        k=(2, 3, 4),
    ),
)
