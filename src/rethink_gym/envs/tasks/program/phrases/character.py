"""What is said of a character ``c``."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = ["TESTS"]

TESTS = (
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
