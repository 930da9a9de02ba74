"""What is done to two strings, or to a string and a number."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = ["COMPARING", "SIZING"]

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
