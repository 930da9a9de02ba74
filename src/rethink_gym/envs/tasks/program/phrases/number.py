"""What is said of a number ``x``, and what is done to it."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = ["CHANGES", "SMALL_CHANGES", "TESTS"]

_DIGIT_SUM = "sum(int(d) for d in str(abs(x)))"

_KINDS_OF_NUMBER = (
    phrase("is even", "x % 2 == 0"),
    phrase("is odd", "x % 2 == 1"),
    phrase("is divisible by @k|is a multiple of @k", "x % @k == 0", k=range(3, 8)),
    phrase("is not divisible by @k|is not a multiple of @k", "x % @k != 0", k=range(3, 8)),
)

_SIZES = (
    phrase("is greater than @k|is above @k", "x > @k", k=range(-3, 19)),
    phrase("is less than @k|is below @k", "x < @k", k=range(20)),
    phrase("is at least @k", "x >= @k", k=range(-3, 19)),
    phrase("is at most @k", "x <= @k", k=range(20)),
    phrase(
        "lies between @a and @b (both included)",
        "@a <= x <= @b",
        a=range(-9, 6),
        b=range(8, 21),
    ),
)

TESTS = (
    *_KINDS_OF_NUMBER,
    *_SIZES,
    phrase("is greater than 0", "x > 0"),
    phrase("is less than 0", "x < 0"),
    phrase("ends in the digit @d|has the last digit @d", "abs(x) % 10 == @d", d=range(10)),
    phrase("has two or more digits", "abs(x) >= 10"),
    phrase(
        "leaves the remainder @r when divided by @k",
        "x % @k == @r",
        level=2,
        r=range(1, 3),
        k=range(3, 8),
    ),
    phrase("has digits that add up to an even number", f"{_DIGIT_SUM} % 2 == 0", level=2),
    phrase("contains the digit @d", "@d in map(int, str(abs(x)))", level=2, d=range(1, 6)),
    phrase(
        "is the square of a whole number",
        "x >= 0 and math.isqrt(x) ** 2 == x",
        level=2,
    ),
    *[
        phrase("@p and @q", "@p and @q", level=3, p=_KINDS_OF_NUMBER, q=_SIZES),
        phrase("@p or @q", "@p or @q", level=3, p=_KINDS_OF_NUMBER, q=_SIZES),
    ]
    * 2,
)
"""Tests of one number, to follow a noun: "if it ...", "each number that ..."."""

SMALL_CHANGES = (
    phrase("add @k to it|increase it by @k", "x + @k", k=range(1, 13)),
    phrase("subtract @k from it|decrease it by @k", "x - @k", k=range(1, 13)),
    phrase("multiply it by @k", "x * @k", k=range(3, 8)),
    phrase("double it|multiply it by 2", "x * 2"),
    phrase("change its sign|negate it", "-x"),
    phrase("subtract it from @k", "@k - x", k=range(1, 21)),
    phrase("divide it by @k and round down (as `//` does)", "x // @k", k=range(2, 6)),
)
"""Changes that may be made over and over."""

CHANGES = (
    *SMALL_CHANGES,
    phrase("square it", "x * x"),
    phrase("replace it by its absolute value", "abs(x)"),
    phrase(
        "replace it by its remainder when divided by @k (as `%` computes it)",
        "x % @k",
        k=range(3, 11),
    ),
    phrase("replace it by its last digit, without a sign", "abs(x) % 10"),
    phrase("replace it by the sum of its digits, without a sign", _DIGIT_SUM),
    phrase("replace it by the smaller one of it and @k", "min(x, @k)", k=range(5, 21)),
    phrase("replace it by the larger one of it and @k", "max(x, @k)", k=range(-3, 10)),
    phrase(
        "multiply it by @a and then add @b",
        "x * @a + @b",
        level=2,
        a=range(2, 8),
        b=range(1, 13),
    ),
    phrase(
        "add @b to it and then multiply the result by @a",
        "(x + @b) * @a",
        level=2,
        a=range(2, 8),
        b=range(1, 13),
    ),
)
"""Changes of one number, to follow a verb: "take each number and ..."."""
