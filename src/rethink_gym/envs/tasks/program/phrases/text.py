"""What makes another string of a string."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.character import TESTS

__all__ = ["CHANGING", "CUTTING"]

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
            "Remove every character that @c.", "''.join(c for c in it if not (@c))", "text", c=TESTS
        ),
        phrase("Keep a character only if it @c.", "''.join(c for c in it if @c)", "text", c=TESTS),
        phrase(
            "Replace every character that @c by @s.",
            "''.join(@s if @c else c for c in it)",
            "text",
            c=TESTS,
            s=("*", "-", "_", "#", "?", "."),
        ),
        phrase(
            "Write every character that @c twice in a row, and the others once.",
            "''.join(c * 2 if @c else c for c in it)",
            "text",
            c=TESTS,
        ),
        phrase(
            "Change every character that @c to upper case, and leave the others as they are.",
            "''.join(c.upper() if @c else c for c in it)",
            "text",
            c=TESTS[8:],
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
