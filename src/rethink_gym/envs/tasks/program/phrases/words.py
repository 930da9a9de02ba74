"""What makes another list of a list of words."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.word import CHANGES, TESTS

__all__ = ["CHANGING", "KEEPING", "ORDERING"]

KEEPING = (
    phrase(
        "Keep a word only if it @p.|Drop every word unless it @p.",
        "[w for w in it if @p]",
        "words",
        p=TESTS,
    ),
    phrase(
        "Remove every word that @p.|Drop each word that @p.",
        "[w for w in it if not (@p)]",
        "words",
        p=TESTS,
    ),
)

CHANGING = (
    *[
        phrase("Take each word and @m.", "[@m for w in it]", "words", m=CHANGES),
        phrase(
            "Take each word: if it @p, @m; otherwise, @n.|For each word: if it @p, @m; if not, @n.",
            "[@m if @p else @n for w in it]",
            "words",
            level=2,
            p=TESTS,
            m=CHANGES,
            n=CHANGES,
        ),
        phrase(
            "Take each word that @p, and @m; leave the others as they are.",
            "[@m if @p else w for w in it]",
            "words",
            p=TESTS,
            m=CHANGES,
        ),
    ]
    * 2,
    phrase(
        "Take every second word, beginning with the second one, and @m; leave the others as they "
        "are.",
        "[@m if i % 2 else w for i, w in enumerate(it)]",
        "words",
        m=CHANGES,
    ),
)

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
        p=TESTS,
    ),
)
