"""What makes another string of a string by the alphabet, or by runs of equal characters."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = ["RUNS", "SHIFTING"]

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
