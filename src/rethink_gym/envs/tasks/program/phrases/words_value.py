"""What is found out about a list of words, and what is made of it."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.word import TESTS

__all__ = ["CHECKING", "COUNTING", "GROUPING", "JOINING"]

JOINING = (
    phrase(
        "Join the words into one string, with @s between them.",
        "@s.join(it)",
        "text",
        s=("-", ", ", "/", "+", " "),
    ),
    phrase("Join the words into one string, with nothing between them.", "''.join(it)", "text"),
    phrase(
        "Join the first characters of the words into one string.",
        "''.join(w[:1] for w in it)",
        "text",
    ),
    phrase(
        "Join the last characters of the words into one string.",
        "''.join(w[-1:] for w in it)",
        "text",
    ),
    phrase(
        "Take the longest word, the first one if several are equally long (the empty string if "
        "there is none).",
        "max(it, key=len, default='')",
        "text",
    ),
    phrase(
        "Take the shortest word, the first one if several are equally short (the empty string if "
        "there is none).",
        "min(it, key=len, default='')",
        "text",
    ),
    phrase(
        "Take the first word that @p; the result is the empty string if there is none.",
        "next((w for w in it if @p), '')",
        "text",
        p=TESTS,
    ),
)

COUNTING = (
    phrase("Replace each word by its number of characters.", "[len(w) for w in it]", "numbers"),
    phrase(
        "Replace each word by its number of vowels (a, e, i, o, u, in upper or lower case).",
        "[sum(1 for c in w if c in 'aeiouAEIOU') for w in it]",
        "numbers",
    ),
    phrase(
        "Count every word that @p; the result is how many there are.",
        "sum(1 for w in it if @p)",
        "number",
        p=TESTS,
    ),
    phrase(
        "Add up the lengths of all words that begin with the same character as the first word (0 "
        "if there are no words).",
        "sum(len(w) for w in it if w[:1] == it[0][:1])",
        "number",
    ),
    phrase("Count how many different words there are.", "len(set(it))", "number"),
)

GROUPING = (
    phrase(
        "Build a dictionary that gives, for each different word, how often it occurs.",
        "{w: it.count(w) for w in it}",
        "table",
    ),
    phrase(
        "Build a dictionary that gives, for each different word, its number of characters.",
        "{w: len(w) for w in it}",
        "table",
    ),
    phrase(
        "Build a dictionary that gives, for each first character of a word, the list of all words "
        "that begin with it, in the order they have; empty words are left out.",
        "{w[0]: [v for v in it if v.startswith(w[0])] for w in it if w}",
        "groups",
    ),
    phrase(
        "Build a dictionary that gives, for each last character of a word, how many words end "
        "with it; empty words are left out.",
        "{w[-1]: sum(1 for v in it if v.endswith(w[-1])) for w in it if w}",
        "table",
    ),
    phrase(
        "Build a dictionary that gives, for each length of a word, the list of all words of that "
        "length, in the order they have.",
        "{len(w): [v for v in it if len(v) == len(w)] for w in it}",
        "index",
    ),
    phrase(
        "Build a dictionary that gives, for each different word, the position (counted from 0) of "
        "its last occurrence.",
        "{w: i for i, w in enumerate(it)}",
        "table",
    ),
)

CHECKING = (
    phrase(
        "Check whether more than half of the words pass this test: the word @p.",
        "2 * sum(1 for w in it if @p) > len(it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether the number of words that pass this test is even (0 is even): the word @p.",
        "sum(1 for w in it if @p) % 2 == 0",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether the words together have more than @k characters.",
        "sum(len(w) for w in it) > @k",
        "flag",
        k=range(6, 25),
    ),
    phrase(
        "Check whether the words together have a number of characters that is divisible by @k.",
        "sum(len(w) for w in it) % @k == 0",
        "flag",
        k=(2, 3),
    ),
    phrase(
        "Check whether every word @p; this is so if there are none.",
        "all(@p for w in it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether at least one word @p.|Check whether there is a word that @p.",
        "any(@p for w in it)",
        "flag",
        p=TESTS,
    ),
    phrase(
        "Check whether no word is shorter than the word right before it.",
        "all(len(v) <= len(w) for v, w in zip(it, it[1:]))",
        "flag",
    ),
    phrase(
        "Check whether all pairs of neighbouring words begin with different characters.",
        "all(v[:1] != w[:1] for v, w in zip(it, it[1:]))",
        "flag",
    ),
)
