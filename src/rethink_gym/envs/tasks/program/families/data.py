"""Families of programs about dictionaries, grids and strings that hold data."""

from rethink_gym.envs.tasks.program.family import Family, given
from rethink_gym.envs.tasks.program.phrases import table

__all__ = ["DATA_FAMILIES"]

_TABLE = given("table", "table", "scores", "stock", "prices")
_GRID = given("grid", "grid", "matrix", "board", "rows")
_A_TABLE = "@1 is a dictionary whose keys are strings and whose values are whole numbers."
_A_GRID = (
    "@1 is a grid of whole numbers: a list of rows, each a list, all of the same length (no row "
    "is empty, but there may be no rows)."
)

DATA_FAMILIES = {
    "change_table": Family(
        _A_TABLE,
        (_TABLE,),
        ("change_table", "update_entries", "adjust_values", "filter_table"),
        first=table.CHANGING,
    ),
    "read_table": Family(
        _A_TABLE,
        (_TABLE,),
        ("read_table", "look_up", "summarize_table", "report"),
        last=(*table.READING, *table.CHECKING),
        before=table.CHANGING,
    ),
    "two_tables": Family(
        "@1 and @2 are dictionaries whose keys are strings and whose values are whole numbers.",
        (given("table", "first", "left", "old"), given("table", "second", "right", "new")),
        ("merge_tables", "combine_tables", "join_dicts", "unite"),
        first=table.MERGING,
    ),
    "change_grid": Family(
        _A_GRID,
        (_GRID,),
        ("change_grid", "transform_grid", "rework", "turn"),
        first=table.GRID_CHANGING,
    ),
    "read_grid": Family(
        _A_GRID,
        (_GRID,),
        ("read_grid", "grid_values", "scan_grid", "survey"),
        last=(*table.GRID_READING, *table.GRID_CHECKING),
        before=table.GRID_CHANGING,
    ),
    "list_text": Family(
        "@1 is a string of whole numbers with commas between them, such as '4,-7,12'; it may be "
        "empty.",
        (given("list_text", "text", "line", "record", "field"),),
        ("parse_numbers", "read_line", "parse_list", "read_numbers"),
        first=table.LISTS,
    ),
    "entries_text": Family(
        "@1 is a string of names and whole numbers, such as 'plum=3;kiwi=-12'; it may be empty, "
        "and no name stands in it twice.",
        (given("entries_text", "text", "line", "record", "settings"),),
        ("parse_entries", "read_record", "parse_settings", "read_entries"),
        first=table.ENTRIES,
    ),
    "sum_text": Family(
        "@1 is a string of whole numbers without a sign, with + or - between them, such as "
        "'12+5-30'; it may be empty.",
        (given("sum_text", "text", "line", "expression", "formula"),),
        ("evaluate_text", "parse_sum", "calculator", "read_sum"),
        first=table.SUMS,
    ),
    "moves": Family(
        "@1 is a string of the letters L, R, U and D. A walker starts at the point (0, 0); each "
        "letter moves it by 1: L and R subtract 1 from or add 1 to its first coordinate, D and U "
        "subtract 1 from or add 1 to its second one.",
        (given("moves", "moves", "path", "steps", "commands"),),
        ("follow_moves", "walk", "trace_path", "move_around"),
        first=table.MOVES,
    ),
}
