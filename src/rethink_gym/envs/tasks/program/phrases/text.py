"""Phrases about a string, about two strings, or about a string and a number."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = [
    "CHANGING",
    "CHECKING",
    "COMPARING",
    "COUNTING",
    "CUTTING",
    "RUNS",
    "SHIFTING",
    "SIZING",
    "SPLITTING",
    "TEST_CLAUSES",
]

TEST_CLAUSES = (
    phrase("is a vowel (one of a, e, i, o, u, in upper or lower case)", "c in 'aeiouAEIOU'"),
    phrase("is a digit", "c.isdigit()"),
    phrase("is a letter", "c.isalpha()"),
    phrase("is an upper-case letter", "c.isupper()"),
    phrase("is a lower-case letter", "c.islower()"),
    phrase("is neither a letter nor a digit", "not c.isalnum()"),
    phrase(
        "is one of the characters in @s", "c in @s", s=("aeo", "rst", "lmn", "abc", "eins", "xyz 1")
    ),
    phrase(
        "is a consonant (a letter, but none of a, e, i, o, u, in upper or lower case)",
        "c.isalpha() and c not in 'aeiouAEIOU'",
    ),
    phrase(
        "is a letter that comes after @s in the alphabet (in upper or lower case)",
        "c.isalpha() and c.lower() > @s",
        s=tuple("fghijklmnop"),
    ),
    phrase(
        "is a letter that comes before @s in the alphabet (in upper or lower case)",
        "c.isalpha() and c.lower() < @s",
        s=tuple("ijklmnopqrs"),
    ),
    phrase(
        "is the letter @s (in upper or lower case)",
        "c.lower() == @s",
        s=tuple("aeilnorst"),
    ),
)
"""Tests of one character, ``c``."""

_LETTERS = tuple("bcdghklmnoprstu")

CHANGING = (
    phrase("Change all letters to upper case.", "it.upper()", "text"),
    phrase("Change all letters to lower case.", "it.lower()", "text"),
    phrase(
        "Change upper-case letters to lower case, and lower-case ones to upper case.",
        "it.swapcase()",
        "text",
    ),
    *[
        phrase(
            "Remove every character that @c.",
            "''.join(c for c in it if not (@c))",
            "text",
            c=TEST_CLAUSES,
        ),
        phrase(
            "Keep a character only if it @c.",
            "''.join(c for c in it if @c)",
            "text",
            c=TEST_CLAUSES,
        ),
        phrase(
            "Replace every character that @c by @s.",
            "''.join(@s if @c else c for c in it)",
            "text",
            c=TEST_CLAUSES,
            s=("*", "-", "_", "#", "?", "."),
        ),
        phrase(
            "Write every character that @c twice in a row, and the others once.",
            "''.join(c * 2 if @c else c for c in it)",
            "text",
            c=TEST_CLAUSES,
        ),
        phrase(
            "Change every character that @c to upper case, and leave the others as they are.",
            "''.join(c.upper() if @c else c for c in it)",
            "text",
            c=TEST_CLAUSES[8:],
        ),
    ]
    * 2,
    phrase(
        "Remove repeated characters: keep only the first occurrence of each (upper and lower case "
        "are different characters).",
        "''.join(dict.fromkeys(it))",
        "text",
    ),
    phrase(
        "Change the characters at the positions 0, 2, 4 and so on to upper case, and the others "
        "to lower case.",
        "''.join(c.lower() if i % 2 else c.upper() for i, c in enumerate(it))",
        "text",
    ),
)
"""The string with some characters changed."""

CUTTING = (
    phrase("Reverse the string.", "it[::-1]", "text"),
    phrase(
        "Keep only the first @k characters (all if there are fewer).",
        "it[:@k]",
        "text",
        k=range(2, 7),
    ),
    phrase(
        "Keep only the last @k characters (all if there are fewer).",
        "it[-@k:]",
        "text",
        k=range(2, 7),
    ),
    phrase("Drop the first @k characters (all if there are fewer).", "it[@k:]", "text", k=(2, 3)),
    phrase("Drop the first character, if there is one.", "it[1:]", "text"),
    phrase("Drop the last @k characters (all if there are fewer).", "it[:-@k]", "text", k=(2, 3)),
    phrase("Drop the last character, if there is one.", "it[:-1]", "text"),
    phrase("Keep every second character, beginning with the first one.", "it[::2]", "text"),
    phrase("Keep every second character, beginning with the second one.", "it[1::2]", "text"),
    phrase(
        "Move the first @k characters to the end, in the same order (a string of at most @k "
        "characters stays as it is).",
        "it[@k:] + it[:@k]",
        "text",
        k=(2, 3),
    ),
    phrase("Move the first character to the end.", "it[1:] + it[:1]", "text"),
    phrase("Append the reversed string to the string.", "it + it[::-1]", "text"),
    phrase(
        "Put the string @s between each two neighbouring characters.",
        "@s.join(it)",
        "text",
        s=("-", ".", "+", "<>"),
    ),
    phrase(
        "Cut off everything from the first occurrence of the character @s on (nothing if it does "
        "not occur).",
        "it.partition(@s)[0]",
        "text",
        s=(" ", *_LETTERS),
    ),
    phrase(
        "Keep only what stands behind the first occurrence of the character @s (the whole string "
        "if it does not occur).",
        "it[it.find(@s) + 1:]",
        "text",
        s=(" ", *_LETTERS),
    ),
)
"""A part of the string, or its parts in another order."""

COUNTING = (
    phrase(
        "Count every character that @c; the result is how many there are.",
        "sum(1 for c in it if @c)",
        "number",
        c=TEST_CLAUSES,
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
        c=TEST_CLAUSES,
    ),
    phrase(
        "Count every character that @c, and subtract how often the character @s occurs.",
        "sum(1 for c in it if @c) - it.count(@s)",
        "number",
        c=TEST_CLAUSES[:3],
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
        c=TEST_CLAUSES,
    ),
    phrase(
        "Find the length of the longest stretch of neighbouring characters of which each one @c; "
        "the result is 0 if there is none.",
        "max((len(list(run)) for fits, run in itertools.groupby(it, lambda c: @c) if fits), "
        "default=0)",
        "number",
        level=2,
        c=TEST_CLAUSES[:6],
    ),
)
"""Counts and positions of characters."""

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
"""The parts of the string, or how often each character occurs."""

CHECKING = (
    phrase(
        "Check whether more than half of the characters pass this test: the character @c.",
        "2 * sum(1 for c in it if @c) > len(it)",
        "flag",
        c=TEST_CLAUSES,
    ),
    phrase(
        "Check whether the number of characters that pass this test is even (0 is even): the "
        "character @c.",
        "sum(1 for c in it if @c) % 2 == 0",
        "flag",
        c=TEST_CLAUSES,
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
        c=TEST_CLAUSES,
    ),
    phrase(
        "Check whether at least one character @c.", "any(@c for c in it)", "flag", c=TEST_CLAUSES
    ),
    phrase(
        "Check whether there are at least @k characters of which each one @c.",
        "sum(1 for c in it if @c) >= @k",
        "flag",
        k=(2, 3, 4),
        c=TEST_CLAUSES,
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
"""A test of the string."""

SHIFTING = (
    phrase(
        "Replace every lower-case letter by the one that comes @k places after it in the "
        "alphabet, where 'a' follows 'z'; leave all other characters as they are.",
        "''.join(chr((ord(c) - 97 + @k) % 26 + 97) if c.islower() else c for c in it)",
        "text",
        k=range(1, 14),
    ),
    phrase(
        "Replace every upper-case letter by the one that comes @k places before it in the "
        "alphabet, where 'Z' comes before 'A'; leave all other characters as they are.",
        "''.join(chr((ord(c) - 65 - @k) % 26 + 65) if c.isupper() else c for c in it)",
        "text",
        k=range(1, 14),
    ),
    phrase(
        "Replace every lower-case letter by its mirror image in the alphabet ('a' by 'z', 'b' by "
        "'y', and so on), and then replace every digit by the digit that is @k greater, where 0 "
        "follows 9; leave all other characters as they are.",
        "''.join(chr(219 - ord(c)) if c.islower() else str((int(c) + @k) % 10) if c.isdigit() "
        "else c for c in it)",
        "text",
        k=range(1, 10),
    ),
    phrase(
        "Replace every letter by its place in the alphabet ('a' and 'A' are 1, 'z' and 'Z' are "
        "26) plus @k, drop all other characters, and put the numbers into a list.",
        "[ord(c) - 96 + @k for c in it.lower() if c.isalpha()]",
        "numbers",
        k=range(12),
    ),
    phrase(
        "Shift letters by their position: replace the lower-case letter at position i (counted "
        "from 0) by the one that comes @k * i places after it in the alphabet, where 'a' follows "
        "'z'; leave all other characters as they are.",
        "''.join(chr((ord(c) - 97 + @k * i) % 26 + 97) if c.islower() else c for i, c in "
        "enumerate(it))",
        "text",
        k=range(1, 8),
    ),
)
"""Other characters, by their position in the alphabet."""

RUNS = (
    phrase(
        "Replace each run of equal characters that stand next to each other by a single one of "
        "them.",
        "''.join(c for c, _ in itertools.groupby(it))",
        "text",
    ),
    phrase(
        "Replace each run of equal characters that stand next to each other by the character and "
        "the length of the run ('aab' becomes 'a2b1').",
        "''.join(f'{c}{len(list(run))}' for c, run in itertools.groupby(it))",
        "text",
    ),
    phrase(
        "Remove every run of @k or more equal characters that stand next to each other.",
        "''.join(part for part in (''.join(run) for _, run in itertools.groupby(it)) if len(part) "
        "< @k)",
        "text",
        k=(2, 3),
    ),
    phrase(
        "Make a list of the lengths of the runs of equal characters that stand next to each "
        "other, from left to right.",
        "[len(list(run)) for _, run in itertools.groupby(it)]",
        "numbers",
    ),
    phrase(
        "Shorten each run of more than @k equal characters that stand next to each other to @k of "
        "them.",
        "''.join(''.join(run)[:@k] for _, run in itertools.groupby(it))",
        "text",
        k=(2, 3),
    ),
    phrase(
        "Make a list of words: the runs of equal characters that stand next to each other, from "
        "left to right ('aab' gives ['aa', 'b']).",
        "[''.join(run) for _, run in itertools.groupby(it)]",
        "words",
    ),
)
"""What is made of the runs of equal characters."""

COMPARING = (
    phrase(
        "Count the positions at which `it` and `that` have the same character; positions that "
        "only one of them has do not count.",
        "sum(1 for c, d in zip(it, that) if c == d)",
        "number",
    ),
    phrase(
        "Find the longest string with which both `it` and `that` begin.",
        "''.join(c for c, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(it, "
        "that)))",
        "text",
    ),
    phrase(
        "Keep a character of `it` only if it occurs in `that`.",
        "''.join(c for c in it if c in that)",
        "text",
    ),
    phrase(
        "Remove every character of `it` that occurs in `that`.",
        "''.join(c for c in it if c not in that)",
        "text",
    ),
    phrase(
        "Join the first @k characters of `it` and the last @k characters of `that` (all of them "
        "where a string is shorter).",
        "it[:@k] + that[-@k:]",
        "text",
        k=range(2, 5),
    ),
    phrase(
        "Take characters from `it` and `that` in turn, beginning with `it`, up to the length of "
        "the shorter one; what the longer one has beyond that is dropped.",
        "''.join(c + d for c, d in zip(it, that))",
        "text",
    ),
    phrase(
        "Take characters from `it` and `that` in turn, beginning with `it`; when one is used up, "
        "append the rest of the other.",
        "''.join(c + d for c, d in itertools.zip_longest(it, that, fillvalue=''))",
        "text",
    ),
    phrase(
        "Make a list of the positions, counted from 0, at which `it` and `that` have different "
        "characters; positions that only one of them has do not count.",
        "[i for i, (c, d) in enumerate(zip(it, that)) if c != d]",
        "numbers",
    ),
    phrase(
        "Count how many different characters occur both in `it` and in `that`.",
        "len(set(it) & set(that))",
        "number",
    ),
    phrase(
        "Take the longer one of `it` and `that` (`it` if both have the same length) and append @s "
        "and the other one.",
        "it + @s + that if len(it) >= len(that) else that + @s + it",
        "text",
        s=("-", "/", "+", " "),
    ),
)
"""With two strings, ``it`` and ``that``."""

SIZING = (
    phrase(
        "Keep only the first `that` characters of `it` (all if there are fewer).",
        "it[:that]",
        "text",
    ),
    phrase(
        "Drop the first `that` characters of `it` (all if there are fewer).", "it[that:]", "text"
    ),
    phrase(
        "Move the first `that` characters of `it` to its end, in the same order (a string of at "
        "most `that` characters stays as it is).",
        "it[that:] + it[:that]",
        "text",
    ),
    phrase(
        "Replace every lower-case letter of `it` by the one that comes `that` places after it in "
        "the alphabet, where 'a' follows 'z'; leave all other characters as they are.",
        "''.join(chr((ord(c) - 97 + that) % 26 + 97) if c.islower() else c for c in it)",
        "text",
    ),
    phrase(
        "Append the character @s to `it` until it has at least `that` characters.",
        "it.ljust(that, @s)",
        "text",
        s=(".", "*", "-", " "),
    ),
    phrase(
        "Put the character @s in front of `it` until it has at least `that` characters.",
        "it.rjust(that, @s)",
        "text",
        s=(".", "*", "-", "0"),
    ),
    phrase(
        "Split `it` at spaces into a list of words, and keep only those of at least `that` "
        "characters.",
        "[w for w in it.split() if len(w) >= that]",
        "words",
    ),
    phrase(
        "Count the different characters that occur more than `that` times in `it` (upper and "
        "lower case are different).",
        "sum(1 for c in set(it) if it.count(c) > that)",
        "number",
    ),
)
"""With a string, ``it``, and a number of at least 0, ``that``."""
