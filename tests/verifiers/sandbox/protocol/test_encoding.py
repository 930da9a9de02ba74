"""Values keep their type, and invalid data is refused."""

import enum
import json
import math
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rethink_gym.verifiers.sandbox.protocol.encoding import MAX_DEPTH, EncodingError
from rethink_gym.verifiers.sandbox.protocol.reader import load, unpack
from rethink_gym.verifiers.sandbox.protocol.writer import dump, pack

KEYS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda keys: st.tuples(keys, keys) | st.frozensets(keys, max_size=3),
    max_leaves=4,
)
LEAVES = (
    KEYS
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(categories=["Cs", "Ll"]))
    | st.decimals()
    | st.fractions()
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.integers(-(2**70), 2**70).map(lambda bits: 7 ** abs(bits % 9_000))
)
VALUES = st.recursive(
    LEAVES,
    lambda values: (
        st.lists(values)
        | st.lists(values).map(tuple)
        | st.lists(values).map(deque)
        | st.sets(KEYS)
        | st.dictionaries(KEYS, values)
        | st.dictionaries(KEYS, values).map(OrderedDict)
    ),
    max_leaves=12,
)


def refuse(*arguments: object) -> Any:
    raise EncodingError(f"no object may be here: {arguments}")


def round_trip(value: object) -> Any:
    return load(unpack(pack(dump(value, refuse))), refuse)


def are_identical(one: Any, other: Any) -> bool:
    """Return whether two values are identical, including types and signs of zero.

    The sign of a NaN is not compared: JSON does not keep it.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        if math.isnan(one):
            return math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    if isinstance(one, complex):
        return are_identical(one.real, other.real) and are_identical(one.imag, other.imag)
    if isinstance(one, Decimal):
        return str(one) == str(other)
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(are_identical, one, other))
    if isinstance(one, dict):
        return are_identical(list(one.items()), list(other.items()))
    if isinstance(one, set | frozenset):
        return one == other and Counter(map(type, one)) == Counter(map(type, other))
    if isinstance(one, type({}.values())):
        return are_identical(list(one), list(other))
    return bool(one == other)


@settings(max_examples=60, deadline=None)
@given(VALUES)
@example(math.copysign(math.nan, -1.0))
@example(-0.0)
def test_a_value_is_unchanged_by_a_round_trip(value: object) -> None:
    assert are_identical(round_trip(value), value)


@pytest.mark.parametrize(
    "value",
    [
        Ellipsis,
        NotImplemented,
        int,
        type(None),
        range(3, 10**30, 7),
        slice(None, 3, -1),
        bytearray(b"ab\x00"),
        deque([1, [2]], maxlen=5),
        Counter("hello"),
        defaultdict(list, a=[1]),
        defaultdict(None, {(1, 2): {3}}),
        {1: "a", True and 2: None, 1.5: b"x", (1, (2,)): {}, None: ()},
        time(1, 2, 3, 4),
        datetime(2024, 2, 29, 1, 2, 3, 4, UTC),
        date.max,
        timedelta(-1, 3, 5),
        Decimal("-0E+3"),
        Fraction(-7, 3),
        -(10**5_000),
        [10**400, -1.5, True, None, "x"],
        "\ud800 \U0001f600 \x00",
    ],
    ids=lambda value: type(value).__name__,
)
def test_rare_values_are_unchanged_by_a_round_trip(value: object) -> None:
    assert are_identical(round_trip(value), value)


def test_a_default_factory_is_kept_if_it_is_a_plain_type() -> None:
    assert round_trip(defaultdict(list))["x"] == []
    assert round_trip(defaultdict(lambda: 1)).default_factory is None


def test_views_of_a_dictionary_stay_views() -> None:
    assert round_trip({1: 2}.keys()) == {1: 0}.keys()
    assert list(round_trip({1: 2}.values())) == [2]
    assert round_trip({1: 2}.items()) == {1: 2}.items()


class Whole(int):
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0

    def __add__(self, other: object) -> Any:
        raise AssertionError


class Words(str):
    def __getitem__(self, key: object) -> Any:
        raise AssertionError

    def __str__(self) -> str:
        return "forged"


class Items(list[int]):
    def __iter__(self) -> Any:
        raise AssertionError

    def __len__(self) -> int:
        return 0


class Table(dict[str, int]):
    def items(self) -> Any:
        raise AssertionError


class Colour(enum.IntEnum):
    RED = 3


Point = namedtuple("Point", "x y")  # as programs write it


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Whole(5), 5),
        (Words("abc"), "abc"),
        (Items([1, 2]), [1, 2]),
        (Table(a=1), {"a": 1}),
        (Colour.RED, 3),
        (Point(1, 2), (1, 2)),
        ([Whole(5), (Words("abc"),)], [5, ("abc",)]),
        ({Words("abc"): Whole(1)}, {"abc": 1}),
    ],
)
def test_an_instance_of_a_subclass_becomes_the_built_in_type(value: object, plain: object) -> None:
    assert are_identical(round_trip(value), plain)


def test_other_objects_are_written_by_number() -> None:
    objects: list[object] = []

    def refer(value: object) -> int:
        objects.append(value)
        return len(objects)

    class Thing:
        pass

    node = unpack(pack(dump([Thing(), 1, print], refer)))
    assert load(node, lambda number, name: (number, name)) == [
        (1, "Thing"),
        1,
        (2, "builtin_function_or_method"),
    ]


@pytest.mark.parametrize("build", [list, tuple, frozenset, dict], ids=lambda kind: kind.__name__)
def test_a_value_nested_too_deeply_is_refused(build: Any) -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = build({1: value}) if build is dict else build([value])
    assert are_identical(round_trip(value), value)
    with pytest.raises(EncodingError, match="nested"):
        dump([value], refuse)


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(EncodingError, match="contains itself"):
        dump(value, refuse)


def test_shared_parts_are_written_twice_until_the_value_is_too_large() -> None:
    row = [1]
    shared = round_trip([row, row])
    assert shared == [[1], [1]]
    assert shared[0] is not shared[1]
    value: list[Any] = [1]
    for _ in range(60):
        value = [value, value]
    with pytest.raises(EncodingError, match="parts"):
        dump(value, refuse)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"[",
        b"[1,",
        b'{"a": 1}',
        b'[{"a": 1}]',
        b"\xff",
        b"[1] 2",
        b"1" * 5_000,
        b"[" * 100_000,
        b"[" * 50_000 + b"]" * 50_000,
    ],
    ids=lambda message: message[:9].decode("latin-1"),
)
def test_an_invalid_message_is_refused(message: bytes) -> None:
    with pytest.raises(EncodingError):
        unpack(message)


@pytest.mark.parametrize(
    "node",
    [
        [],
        ["no such"],
        [1],
        [None],
        [["l"]],
        [["l"], 1],
        ["i"],
        ["i", 5],
        ["i", "xyz"],
        ["i", "1", "2"],
        ["b", "0"],
        ["b", [1]],
        ["s", ["l"]],
        ["f", ["d"]],
        ["d", 1],
        ["d", ["l"], 1],
        ["C", "a", 1, "b"],
        ["D"],
        ["D", "no type", 1, 2],
        ["D", ["l"], 1, 2],
        ["q"],
        ["q", "a", 1],
        ["q", -1, 1],
        ["q", True, 1],
        ["r", 1, 2],
        ["r", 1, 2, 0],
        ["r", 1.0, 2.0, 3.0],
        ["/", 1, 2],
        ["F", 1, 0],
        ["F", 1],
        ["F", ["i", "f" * 4_000], 3],
        ["c", 1, 2],
        ["c", 1.0],
        ["#", "x"],
        ["#", "1" * 20_000],
        ["T", "exit"],
        ["T", ["T", "int"]],
        ["1", "x"],
        ["date", "2024-13-01"],
        ["datetime", 5],
        ["time", "25:00"],
        ["timedelta", 10**10, 0, 0],
        ["timedelta", 1.5, 0, 0],
        ["?", 0],
        ["?", "0", "x"],
        ["?", 0, 5],
        ["?", 0, "x"],
        ["K", ["l"]],
        json.loads("[" * (MAX_DEPTH + 1) + '"l"' + "]" * (MAX_DEPTH + 1)),
    ],
    ids=lambda node: json.dumps(node)[:30],
)
def test_an_invalid_encoding_is_refused(node: Any) -> None:
    with pytest.raises(EncodingError):
        load(node, refuse)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda nodes: st.lists(
            nodes | st.sampled_from([*"ltsfdOCDqibBcrF#T1?KVI", "date", "timedelta"]), max_size=4
        ),
        max_leaves=12,
    )
)
def test_random_data_is_decoded_or_refused(node: Any) -> None:
    try:
        value = load(unpack(pack(node)), refuse)
    except EncodingError:
        return
    assert are_identical(round_trip(value), value)
