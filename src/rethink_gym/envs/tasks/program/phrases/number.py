"""Phrases about one whole number ``x``, or about two, ``it`` and ``that``."""

from rethink_gym.envs.tasks.program.phrase import phrase

__all__ = [
    "CHANGE_CLAUSES",
    "CHANGING",
    "CHECKING",
    "COMBINING",
    "DIGITS",
    "DIVISORS",
    "RANGING",
    "REPEATING",
    "SMALL_CHANGE_CLAUSES",
    "TEST_CLAUSES",
]

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

TEST_CLAUSES = (
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

SMALL_CHANGE_CLAUSES = (
    phrase("add @k to it|increase it by @k", "x + @k", k=range(1, 13)),
    phrase("subtract @k from it|decrease it by @k", "x - @k", k=range(1, 13)),
    phrase("multiply it by @k", "x * @k", k=range(3, 8)),
    phrase("double it|multiply it by 2", "x * 2"),
    phrase("change its sign|negate it", "-x"),
    phrase("subtract it from @k", "@k - x", k=range(1, 21)),
    phrase("divide it by @k and round down (as `//` does)", "x // @k", k=range(2, 6)),
)
"""Changes that may be repeated."""

CHANGE_CLAUSES = (
    *SMALL_CHANGE_CLAUSES,
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

CHANGING = (
    phrase("Take the number and @m.", "@m", "number", m=CHANGE_CLAUSES),
    phrase(
        "If the number @p, @m; otherwise, @n.|Look at the number: if it @p, @m; if not, @n.",
        "@m if @p else @n",
        "number",
        p=TEST_CLAUSES,
        m=CHANGE_CLAUSES,
        n=CHANGE_CLAUSES,
    ),
    phrase(
        "If the number @p, @m; otherwise, leave it as it is.",
        "@m if @p else x",
        "number",
        p=TEST_CLAUSES,
        m=CHANGE_CLAUSES,
    ),
)
"""Another number."""

CHECKING = (
    phrase("Check whether the number @p.", "@p", "flag", p=TEST_CLAUSES),
    phrase(
        "Check whether the number passes at least one of these two tests: it @p; it @q.",
        "@p or @q",
        "flag",
        p=TEST_CLAUSES[:9],
        q=TEST_CLAUSES[9:-4],
    ),
    phrase(
        "Check whether the number passes both of these tests: it @p; it @q.",
        "@p and @q",
        "flag",
        p=TEST_CLAUSES[:9],
        q=TEST_CLAUSES[9:-4],
    ),
    phrase(
        "Check whether the number passes exactly one of these two tests: it @p; it @q.",
        "(@p) != (@q)",
        "flag",
        p=TEST_CLAUSES[:9],
        q=TEST_CLAUSES[9:-4],
    ),
)
"""A test of the number."""

DIGITS = (
    phrase(
        "Write the digits of the number (without its sign) into a list, from left to right.",
        "[int(d) for d in str(abs(x))]",
        "numbers",
    ),
    phrase(
        "Write the digits of the number (without its sign) into a list, from right to left.",
        "[int(d) for d in str(abs(x))[::-1]]",
        "numbers",
    ),
    phrase(
        "Write the number (without its sign) in base 2 and put its digits into a list, from left "
        "to right.",
        "[int(d) for d in format(abs(x), 'b')]",
        "numbers",
    ),
    phrase(
        "Reverse the order of the digits of the number and drop leading zeros; the sign of the "
        "number is lost.",
        "int(str(abs(x))[::-1])",
        "number",
    ),
    phrase(
        "Take the difference between the largest and the smallest digit of the number (without "
        "its sign).",
        "int(max(str(abs(x)))) - int(min(str(abs(x))))",
        "number",
    ),
    phrase(
        "Count how often the digit @d occurs in the number.",
        "[int(d) for d in str(abs(x))].count(@d)",
        "number",
        d=range(10),
    ),
    phrase(
        "Multiply the digits of the number (without its sign) together.",
        "math.prod(int(d) for d in str(abs(x)))",
        "number",
    ),
    phrase(
        "Remove every digit @d from the number (without its sign); if no digit is left, the "
        "result is 0.",
        "int(''.join(d for d in str(abs(x)) if int(d) != @d) or 0)",
        "number",
        d=range(10),
    ),
    phrase(
        "Put the digits of the number (without its sign) in order, smallest first, and read them "
        "as a number again; leading zeros fall away.",
        "int(''.join(sorted(str(abs(x)))))",
        "number",
    ),
)
"""What is made of the digits of the number."""

RANGING = (
    phrase(
        "List the whole numbers from `it` to `that`, both included, that pass this test: the "
        "number @p; the list is empty if `it` is greater than `that`.",
        "[x for x in range(it, that + 1) if @p]",
        "numbers",
        p=TEST_CLAUSES,
    ),
    phrase(
        "List the whole numbers from `it` to `that`, both included (an empty list if `it` is "
        "greater than `that`); then take each number and @m.",
        "[@m for x in range(it, that + 1)]",
        "numbers",
        m=CHANGE_CLAUSES,
    ),
    phrase(
        "List the numbers `it`, `it` + @k, `it` + 2 * @k and so on, as long as they are not "
        "greater than `that`.",
        "list(range(it, that + 1, @k))",
        "numbers",
        k=range(2, 8),
    ),
)
"""The whole numbers between ``it`` and ``that``."""

COMBINING = (
    phrase(
        "Compute @a times `it` plus @b times `that`.",
        "@a * it + @b * that",
        "number",
        a=range(2, 10),
        b=range(2, 10),
    ),
    phrase(
        "Compute @a times `it` minus @b times `that`.",
        "@a * it - @b * that",
        "number",
        a=range(2, 10),
        b=range(2, 10),
    ),
    phrase("Compute `it` times `that` plus @b.", "it * that + @b", "number", b=range(1, 31)),
    phrase(
        "If `it` is greater than `that`, compute `it` minus `that`; otherwise, compute `it` plus "
        "@k times `that`.",
        "it - that if it > that else it + @k * that",
        "number",
        k=range(2, 10),
    ),
    phrase(
        "Take the larger one of `it` and `that` and subtract @k times the smaller one from it.",
        "max(it, that) - @k * min(it, that)",
        "number",
        k=range(2, 10),
    ),
    phrase(
        "Take the distance between `it` and `that` (never negative), but at most @k.",
        "min(abs(it - that), @k)",
        "number",
        k=range(5, 40),
    ),
    phrase(
        "Take the remainder of `it` plus @a times `that` when divided by @k (as `%` computes it).",
        "(it + @a * that) % @k",
        "number",
        a=range(2, 8),
        k=range(5, 14),
    ),
    phrase(
        "Compute the square of `it` minus @k times the square of `that`.",
        "it * it - @k * that * that",
        "number",
        k=range(2, 8),
    ),
    phrase(
        "If `it` and `that` are both even or both odd, compute their sum; otherwise, compute `it` "
        "minus `that` and add @k.",
        "it + that if it % 2 == that % 2 else it - that + @k",
        "number",
        k=range(1, 21),
    ),
    phrase(
        "Count the whole numbers from `it` to `that`, both included, that are divisible by @k (0 "
        "if `it` is greater than `that`).",
        "sum(1 for i in range(it, that + 1) if i % @k == 0)",
        "number",
        k=range(2, 8),
    ),
)
"""One number of ``it`` and ``that``."""

DIVISORS = (
    phrase(
        "List all positive whole numbers that divide the number without a remainder, from "
        "smallest to largest (an empty list for 0).",
        "[d for d in range(1, x + 1) if x % d == 0]",
        "numbers",
    ),
    phrase(
        "List the prime numbers up to the number itself, from smallest to largest.",
        "[d for d in range(2, x + 1) if all(d % e for e in range(2, d))]",
        "numbers",
    ),
    phrase(
        "List the whole numbers from 1 to the number that share no divisor with it except 1 (an "
        "empty list for 0).",
        "[d for d in range(1, x + 1) if math.gcd(d, x) == 1]",
        "numbers",
    ),
    phrase(
        "List the whole numbers from 1 to the number that are divisible by @a or by @b (or by "
        "both), from smallest to largest.",
        "[d for d in range(1, x + 1) if d % @a == 0 or d % @b == 0]",
        "numbers",
        a=(2, 3),
        b=(5, 7),
    ),
    phrase(
        "List the square numbers 1, 4, 9 and so on that are not greater than the number.",
        "[d * d for d in range(1, x + 1) if d * d <= x]",
        "numbers",
    ),
    phrase(
        "Count down: list the number itself, then @k less, then another @k less, and so on, as "
        "long as the numbers are above 0.",
        "list(range(x, 0, -@k))",
        "numbers",
        k=range(2, 8),
    ),
)
"""Lists of numbers up to ``x``, which is at most about 100, since the work grows with it."""

REPEATING = (
    phrase(
        "Do the following @k times, each time with the result of the time before: take the "
        "number; if it @p, @m; otherwise, @n.",
        "functools.reduce(lambda x, _: @m if @p else @n, range(@k), x)",
        "number",
        k=range(2, 6),
        p=TEST_CLAUSES[:9],
        m=SMALL_CHANGE_CLAUSES,
        n=SMALL_CHANGE_CLAUSES,
    ),
    phrase(
        "Make a list of @k numbers: the first one is the number itself, and each further one "
        "comes from the one before: if that @p, @m; otherwise, @n.",
        "list(itertools.accumulate(range(@k - 1), lambda x, _: @m if @p else @n, initial=x))",
        "numbers",
        k=range(3, 7),
        p=TEST_CLAUSES[:9],
        m=SMALL_CHANGE_CLAUSES,
        n=SMALL_CHANGE_CLAUSES,
    ),
    phrase(
        "Make a list of @k numbers: the first one is the number itself, the second one is @a, and "
        "each further one is the sum of the two before it.",
        "[y for y, _ in itertools.accumulate(range(@k - 1), lambda pair, _: (pair[1], sum(pair)), "
        "initial=(x, @a))]",
        "numbers",
        k=range(4, 9),
        a=range(1, 8),
    ),
)
"""A rule that is applied several times, starting with the number."""
