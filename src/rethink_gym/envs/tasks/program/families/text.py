"""Families of programs about strings and lists of words."""

from rethink_gym.envs.tasks.program.family import Family, given
from rethink_gym.envs.tasks.program.phrases import text, words

__all__ = ["TEXT_FAMILIES"]

_TEXT = given("text", "text", "string", "phrase", "message")
_WORDS = given("words", "words", "names", "terms", "tokens")
_A_STRING = "@1 is a string."
_SOME_WORDS = "@1 is a list of words (strings)."
_MEASURABLE_WORDS = (*words.KEEPING * 2, *words.CHANGING)

TEXT_FAMILIES = {
    "change_text": Family(
        _A_STRING,
        (_TEXT,),
        ("change_text", "rewrite", "transform_string", "clean"),
        first=text.CHANGING,
    ),
    "cut_text": Family(
        _A_STRING,
        (_TEXT,),
        ("cut_text", "shorten", "rearrange_text", "slice_text"),
        first=text.CUTTING,
    ),
    "cipher": Family(
        _A_STRING,
        (_TEXT,),
        ("encode", "encrypt", "cipher", "shift_letters"),
        first=text.SHIFTING,
    ),
    "runs": Family(
        _A_STRING,
        (_TEXT,),
        ("compress", "runs", "squeeze", "shorten_runs"),
        first=text.RUNS,
    ),
    "split_text": Family(
        _A_STRING,
        (_TEXT,),
        ("split_up", "parts_of", "break_text", "parse_text"),
        first=text.SPLITTING,
    ),
    "count_text": Family(
        _A_STRING,
        (_TEXT,),
        ("count_characters", "text_score", "measure_text", "tally"),
        last=text.COUNTING,
        before=(*text.CHANGING, *text.CUTTING),
    ),
    "check_text": Family(
        _A_STRING,
        (_TEXT,),
        ("is_valid_text", "check_string", "matches", "is_fine"),
        last=text.CHECKING,
        before=(*text.CHANGING, *text.CUTTING),
    ),
    "two_texts": Family(
        "@1 and @2 are strings.",
        (given("text", "first", "left", "a"), given("text", "second", "right", "b")),
        ("compare_texts", "merge_strings", "join_texts", "both"),
        first=text.COMPARING,
    ),
    "text_and_number": Family(
        "@1 is a string, and @2 is a whole number that is at least 0.",
        (_TEXT, given("length", "size", "k", "count", "length")),
        ("adjust", "fit_text", "use_length", "resize"),
        first=text.SIZING,
    ),
    "keep_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("keep_words", "filter_words", "choose_words", "select_terms"),
        first=words.KEEPING,
    ),
    "change_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("change_words", "rewrite_words", "edit_words", "convert_words"),
        first=words.CHANGING,
    ),
    "order_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("order_words", "arrange_words", "sort_terms", "line_up"),
        first=words.ORDERING,
    ),
    "join_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("join_words", "build_text", "abbreviate", "make_label"),
        last=words.JOINING,
        before=(*_MEASURABLE_WORDS, *words.ORDERING),
    ),
    "count_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("count_words", "word_numbers", "measure_words", "word_score"),
        last=words.COUNTING,
        before=_MEASURABLE_WORDS,
    ),
    "group_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("group_words", "index_words", "word_table", "build_index"),
        last=words.GROUPING,
        before=_MEASURABLE_WORDS,
    ),
    "check_words": Family(
        _SOME_WORDS,
        (_WORDS,),
        ("check_words", "words_ok", "is_good_list", "approve"),
        last=words.CHECKING,
        before=_MEASURABLE_WORDS,
    ),
}
