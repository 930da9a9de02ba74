"""Families of programs about numbers and lists of them."""

from rethink_gym.envs.tasks.program.family import Family, given
from rethink_gym.envs.tasks.program.phrases import number, numbers

__all__ = ["NUMBER_FAMILIES"]

_NUMBERS = given("numbers", "numbers", "values", "data", "items", "sequence")
_NUMBER = given("number", "number", "n", "value", "num")
_SIZE = given("size", "number", "n", "limit", "size")
_A_LIST = "@1 is a list of whole numbers."
_A_NUMBER = "@1 is a whole number."
_MEASURABLE_NUMBERS = tuple(
    phrase
    for phrase in (
        *numbers.KEEPING * 2,
        *numbers.CHANGING,
        *numbers.SLICING,
        *numbers.NEIGHBOURS,
        *numbers.GROUPING,
    )
    if phrase.gives == "numbers"
)
_ORDERED_NUMBERS = (*_MEASURABLE_NUMBERS, *numbers.ORDERING)

NUMBER_FAMILIES = {
    "keep_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("keep_numbers", "select_values", "filter_list", "pick_numbers"),
        first=numbers.KEEPING,
    ),
    "change_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("change_numbers", "transform_list", "update_values", "convert"),
        first=numbers.CHANGING,
    ),
    "order_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("arrange", "reorder", "order_numbers", "rearrange_list"),
        first=numbers.ORDERING,
    ),
    "slice_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("cut_list", "part_of_list", "trim", "take_some"),
        first=numbers.SLICING,
    ),
    "neighbours": Family(
        _A_LIST,
        (_NUMBERS,),
        ("compare_neighbours", "adjacent", "pairwise", "neighbours"),
        first=numbers.NEIGHBOURS,
    ),
    "group_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("collect", "running", "group_numbers", "windows"),
        first=numbers.GROUPING,
    ),
    "fold_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("total", "summarize", "reduce_list", "measure"),
        last=numbers.FOLDING,
        before=_MEASURABLE_NUMBERS,
    ),
    "locate_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("locate", "find_position", "search_list", "where"),
        last=numbers.LOCATING,
        before=_ORDERED_NUMBERS,
    ),
    "check_numbers": Family(
        _A_LIST,
        (_NUMBERS,),
        ("is_valid", "check_list", "is_good", "holds"),
        last=numbers.CHECKING,
        before=_MEASURABLE_NUMBERS,
    ),
    "two_lists": Family(
        "@1 and @2 are lists of whole numbers.",
        (
            given("numbers", "first", "left", "a"),
            given("numbers", "second", "right", "b"),
        ),
        ("combine", "merge_lists", "join_lists", "two_lists"),
        first=numbers.PAIRING,
    ),
    "list_and_number": Family(
        "@1 is a list of whole numbers, and @2 is a whole number.",
        (_NUMBERS, given("number", "limit", "k", "target", "bound")),
        ("compare_with", "apply_limit", "use_number", "against"),
        first=numbers.LIMITING,
    ),
    "change_number": Family(
        _A_NUMBER,
        (_NUMBER,),
        ("compute", "change_number", "calculate", "evaluate"),
        first=number.CHANGING,
    ),
    "two_numbers": Family(
        "@1 and @2 are whole numbers.",
        (given("number", "first", "a", "p"), given("number", "second", "b", "q")),
        ("formula", "combine_numbers", "compute", "mix"),
        first=number.COMBINING,
    ),
    "number_range": Family(
        "@1 and @2 are whole numbers.",
        (given("bound", "low", "start", "begin"), given("bound", "high", "stop", "end")),
        ("numbers_between", "scan_range", "in_range", "span"),
        first=number.RANGING,
    ),
    "digits": Family(
        _A_NUMBER,
        (_NUMBER,),
        ("digits_of", "use_digits", "digit_work", "rewrite_number"),
        first=number.DIGITS,
    ),
    "check_number": Family(
        _A_NUMBER,
        (_NUMBER,),
        ("is_special", "check_number", "accepts", "is_lucky"),
        last=number.CHECKING,
        before=number.CHANGING,
    ),
    "repeat": Family(
        _A_NUMBER,
        (_NUMBER,),
        ("iterate", "repeat_rule", "evolve", "run_rule"),
        first=number.REPEATING,
    ),
    "divisors": Family(
        "@1 is a whole number that is at least 0.",
        (_SIZE,),
        ("divisors", "numbers_up_to", "factors", "count_up"),
        first=number.DIVISORS,
    ),
}
