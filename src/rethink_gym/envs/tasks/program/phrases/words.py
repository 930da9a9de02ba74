"""Phrases about a list of words."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = [
    "CHANGE_CLAUSES",
    "CHANGING",
    "CHECKING",
    "COUNTING",
    "GROUPING",
    "JOINING",
    "KEEPING",
    "ORDERING",
    "TEST_CLAUSES",
]

TEST_CLAUSES = (
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

CHANGE_CLAUSES = (
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
"""Changes of one word, to follow a verb."""

KEEPING = (
    phrase(
        "Keep a word only if it @p.|Drop every word unless it @p.",
        "[w for w in it if @p]",
        "words",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Remove every word that @p.|Drop each word that @p.",
        "[w for w in it if not (@p)]",
        "words",
        p=TEST_CLAUSES,
    ),
)
"""Some of the words, chosen one by one."""

CHANGING = (
    *[
        phrase("Take each word and @m.", "[@m for w in it]", "words", m=CHANGE_CLAUSES),
        phrase(
            "Take each word: if it @p, @m; otherwise, @n.|For each word: if it @p, @m; if not, @n.",
            "[@m if @p else @n for w in it]",
            "words",
            level=2,
            p=TEST_CLAUSES,
            m=CHANGE_CLAUSES,
            n=CHANGE_CLAUSES,
        ),
        phrase(
            "Take each word that @p, and @m; leave the others as they are.",
            "[@m if @p else w for w in it]",
            "words",
            p=TEST_CLAUSES,
            m=CHANGE_CLAUSES,
        ),
    ]
    * 2,
    phrase(
        "Take every second word, beginning with the second one, and @m; leave the others as they "
        "are.",
        "[@m if i % 2 else w for i, w in enumerate(it)]",
        "words",
        m=CHANGE_CLAUSES,
    ),
)
"""All words, changed one by one."""

ORDERING = (
    phrase("Sort the words in the order in which `<` puts strings.", "sorted(it)", "words"),
    phrase(
        "Sort the words by length, shortest first; words of equal length stay in the order they "
        "had.",
        "sorted(it, key=len)",
        "words",
    ),
    phrase(
        "Sort the words by length, longest first; words of equal length stay in the order they "
        "had.",
        "sorted(it, key=len, reverse=True)",
        "words",
    ),
    phrase(
        "Sort the words by their last character, in the order in which `<` puts strings (an empty "
        "word comes first); words that tie stay in the order they had.",
        "sorted(it, key=lambda w: w[-1:])",
        "words",
    ),
    phrase("Reverse the order of the words.", "it[::-1]", "words"),
    phrase(
        "Remove repeated words: keep only the first occurrence of each.",
        "list(dict.fromkeys(it))",
        "words",
    ),
    phrase("Keep every second word, beginning with the first one.", "it[::2]", "words"),
    phrase(
        "Keep only the first @k words (all of them if there are fewer).",
        "it[:@k]",
        "words",
        k=(2, 3, 4),
    ),
    phrase("Drop the first two words (all of them if there are fewer).", "it[2:]", "words"),
    phrase("Drop the first word, if there is one.", "it[1:]", "words"),
    phrase(
        "Put every word that @p before all the others; apart from that, the order stays as it is.",
        "[w for w in it if @p] + [w for w in it if not (@p)]",
        "words",
        p=TEST_CLAUSES,
    ),
)
"""The words in another order."""

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
        p=TEST_CLAUSES,
    ),
)
"""One string that is made of the words."""

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
        p=TEST_CLAUSES,
    ),
    phrase(
        "Add up the lengths of all words that begin with the same character as the first word (0 "
        "if there are no words).",
        "sum(len(w) for w in it if w[:1] == it[0][:1])",
        "number",
    ),
    phrase("Count how many different words there are.", "len(set(it))", "number"),
)
"""Lengths and counts."""

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
"""A dictionary that is made of the words."""

CHECKING = (
    phrase(
        "Check whether more than half of the words pass this test: the word @p.",
        "2 * sum(1 for w in it if @p) > len(it)",
        "flag",
        p=TEST_CLAUSES,
    ),
    phrase(
        "Check whether the number of words that pass this test is even (0 is even): the word @p.",
        "sum(1 for w in it if @p) % 2 == 0",
        "flag",
        p=TEST_CLAUSES,
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
        p=TEST_CLAUSES,
    ),
    phrase(
        "Check whether at least one word @p.|Check whether there is a word that @p.",
        "any(@p for w in it)",
        "flag",
        p=TEST_CLAUSES,
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
"""A test of the whole list."""
