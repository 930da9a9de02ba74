"""What is done to one whole number ``x``."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGES, TESTS

__all__ = ["CHANGING", "CHECKING", "DIGITS"]

CHANGING = (
    phrase("Take the number and @m.", "@m", "number", m=CHANGES),
    phrase(
        "If the number @p, @m; otherwise, @n.|Look at the number: if it @p, @m; if not, @n.",
        "@m if @p else @n",
        "number",
        p=TESTS,
        m=CHANGES,
        n=CHANGES,
    ),
    phrase(
        "If the number @p, @m; otherwise, leave it as it is.",
        "@m if @p else x",
        "number",
        p=TESTS,
        m=CHANGES,
    ),
)

CHECKING = (
    phrase("Check whether the number @p.", "@p", "flag", p=TESTS),
    phrase(
        "Check whether the number passes at least one of these two tests: it @p; it @q.",
        "@p or @q",
        "flag",
        p=TESTS[:9],
        q=TESTS[9:-4],
    ),
    phrase(
        "Check whether the number passes both of these tests: it @p; it @q.",
        "@p and @q",
        "flag",
        p=TESTS[:9],
        q=TESTS[9:-4],
    ),
    phrase(
        "Check whether the number passes exactly one of these two tests: it @p; it @q.",
        "(@p) != (@q)",
        "flag",
        p=TESTS[:9],
        q=TESTS[9:-4],
    ),
)

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
