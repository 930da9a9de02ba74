"""What is done to a dictionary of names and whole numbers, or to two."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGES, TESTS
from rethink_gym.envs.tasks.program.phrases.word import TESTS as WORD_TESTS

__all__ = ["CHANGING", "CHECKING", "MERGING", "READING"]

CHANGING = (
    phrase(
        "Keep an entry of the dictionary only if its value @p.",
        "{w: x for w, x in it.items() if @p}",
        "table",
        p=TESTS,
    ),
    phrase(
        "Remove every entry of the dictionary whose value @p.",
        "{w: x for w, x in it.items() if not (@p)}",
        "table",
        p=TESTS,
    ),
    phrase(
        "Keep an entry of the dictionary only if its key @p.",
        "{w: x for w, x in it.items() if @p}",
        "table",
        p=WORD_TESTS,
    ),
    phrase(
        "Take each value of the dictionary and @m.",
        "{w: @m for w, x in it.items()}",
        "table",
        m=CHANGES,
    ),
    phrase(
        "Take each value of the dictionary: if it @p, @m; otherwise, @n.",
        "{w: @m if @p else @n for w, x in it.items()}",
        "table",
        level=2,
        p=TESTS,
        m=CHANGES,
        n=CHANGES,
    ),
    phrase(
        "Take the value of each key that @p, and @m; leave the other values as they are.",
        "{w: @m if @p else x for w, x in it.items()}",
        "table",
        p=WORD_TESTS,
        m=CHANGES,
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
        p=WORD_TESTS,
    ),
    phrase(
        "Count every value that @p; the result is how many there are.",
        "sum(1 for x in it.values() if @p)",
        "number",
        p=TESTS,
    ),
    phrase(
        "Turn the dictionary around: build one that gives, for each value, the list of the keys "
        "that had it, sorted in the order in which `<` puts strings.",
        "{x: sorted(w for w in it if it[w] == x) for x in it.values()}",
        "index",
    ),
)

CHECKING = (
    phrase(
        "Check whether every value of the dictionary @p; this is so if there are none.",
        "all(@p for x in it.values())",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether at least one key @p.",
        "any(@p for w in it)",
        "flag",
        p=WORD_TESTS,
    ),
)

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
