"""What is said of a word ``w``, and what is done to it."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = ["CHANGES", "TESTS"]

TESTS = (
    phrase("is longer than @k characters", "len(w) > @k", k=range(2, 6)),
    phrase("has at most @k characters", "len(w) <= @k", k=range(2, 6)),
    phrase("has an even number of characters", "len(w) % 2 == 0"),
    phrase("has an odd number of characters", "len(w) % 2 == 1"),
    phrase(
        "begins with a vowel (one of a, e, i, o, u, in upper or lower case)",
        "w.lower().startswith(('a', 'e', 'i', 'o', 'u'))",
    ),
    phrase(
        "ends with a vowel (one of a, e, i, o, u, in upper or lower case)",
        "w.lower().endswith(('a', 'e', 'i', 'o', 'u'))",
    ),
    phrase(
        "contains the letter @s (in upper or lower case)", "@s in w.lower()", s=tuple("aeilnorst")
    ),
    phrase("ends with @s", "w.endswith(@s)", s=tuple("aelnrst")),
    phrase("reads the same backwards", "w == w[::-1]"),
    phrase("contains no character more than once", "len(set(w)) == len(w)"),
    phrase("contains a digit", "any(c.isdigit() for c in w)"),
    phrase("contains an upper-case letter", "any(c.isupper() for c in w)"),
)
"""Tests of one word, ``w``, to follow a noun."""

CHANGES = (
    phrase("reverse it", "w[::-1]"),
    phrase("write it in upper case", "w.upper()"),
    phrase("write it in lower case", "w.lower()"),
    phrase(
        "write its first character in upper case and all others in lower case",
        "w[:1].upper() + w[1:].lower()",
    ),
    phrase("remove its first character", "w[1:]"),
    phrase("remove its last character", "w[:-1]"),
    phrase("move its first character to its end", "w[1:] + w[:1]"),
    phrase("write it twice in a row", "w * 2"),
    phrase("append @s to it", "w + @s", s=("s", "!", "ing", "-x", "?")),
    phrase("put @s in front of it", "@s + w", s=("re", "un", "#", "the-")),
    phrase("keep only its first @k characters (all if there are fewer)", "w[:@k]", k=range(2, 5)),
    phrase("keep only its last @k characters (all if there are fewer)", "w[-@k:]", k=range(2, 5)),
    phrase(
        "remove every vowel (a, e, i, o, u, in upper or lower case) from it",
        "''.join(c for c in w if c not in 'aeiouAEIOU')",
    ),
)
