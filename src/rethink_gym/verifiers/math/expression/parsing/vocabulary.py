"""The words and LaTeX commands of mathematics, and their meanings."""

__all__ = [
    "CLOSERS",
    "CONSTANT_NAMES",
    "CURRENCIES",
    "DETERMINANT",
    "FUNCTIONS",
    "FUNCTION_LETTERS",
    "GREEK",
    "INVERSES",
    "MATRIX_ENVIRONMENTS",
    "MULTI_ARGUMENT_FUNCTIONS",
    "OPERAND_COMMANDS",
    "OPERAND_SIGNS",
    "PERCENTS",
    "PRODUCT_LETTERS",
    "RELATIONS",
    "RENAMED",
    "SCALES",
    "SET_OPERATIONS",
    "TRANSPARENT",
    "TWO_LETTER_UNITS",
]

_FUNCTIONS = """
    sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan arccot asin acos atan
    ln log lg exp abs max min gcd lcm floor ceil factorial det cis
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Names of functions, with or without a backslash."""

INVERSES = {
    **{name: f"arc{name}" for name in ("sin", "cos", "tan", "cot")},
    **{name: f"{name}_inverse" for name in ("sec", "csc", "sinh", "cosh", "tanh")},
}
r"""Meaning of ``\sin^{-1}`` and similar."""

RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "lg": "log10", "log": "ln"}
r"""Other names of functions; ``\log`` without a base is the natural logarithm."""

_GREEK = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    omicron rho sigma tau upsilon phi varphi chi psi omega ell
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
GREEK = frozenset(_GREEK.split())

CONSTANT_NAMES = {
    "pi": "pi",
    "infty": "oo",
    "infinity": "oo",
    "oo": "oo",
    "emptyset": "empty",
    "varnothing": "empty",
}
"""Names of constants, and their names in the tree."""

SCALES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}

PERCENTS = frozenset(("percent", "percentage", "percents", "pct"))

CURRENCIES = frozenset(("dollar", "euro", "sterling", "yen"))
"""Words for the currency signs; such a word may precede a number."""

PRODUCT_LETTERS = frozenset("xyzwabckmn")
"""Letters of products: three or four letters, such as ``xyz``, are one if all are in here."""

_TWO_LETTER_UNITS = "cm mm km kg mg ml kw am pm ft lb oz mi"
TWO_LETTER_UNITS = frozenset(_TWO_LETTER_UNITS.split())

RELATIONS = {
    **{sign: sign for sign in ("=", "<", ">", "<=", ">=", "!=")},
    **dict.fromkeys(("approx", "equiv", "simeq", "cong", "sim"), "="),
    **dict.fromkeys(("le", "leq", "leqslant"), "<="),
    **dict.fromkeys(("ge", "geq", "geqslant"), ">="),
    **dict.fromkeys(("ne", "neq"), "!="),
    "lt": "<",
    "gt": ">",
    "in": "in",
}
"""Signs and commands between two sides, and the operators they mean."""

CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "{": ("}",), "\\{": ("\\}",)}
"""Opening brackets, and the brackets that may close each of them."""

FUNCTION_LETTERS = frozenset("fghFGPW")
"""Letters that name a function if a bracket follows; other letters multiply the bracket."""

MULTI_ARGUMENT_FUNCTIONS = frozenset(("min", "max", "gcd", "lcm"))

DETERMINANT = "vmatrix"
MATRIX_ENVIRONMENTS = frozenset(
    ("pmatrix", "bmatrix", "matrix", "Bmatrix", DETERMINANT, "array", "smallmatrix")
)
"""LaTeX environments that hold a matrix, or in `DETERMINANT` its determinant."""

SET_OPERATIONS = {
    "cup": "union",
    "cap": "intersection",
    "setminus": "difference",
    "backslash": "difference",
}

TRANSPARENT = frozenset(("overline", "vec", "hat", "bar", "overrightarrow", "angle", "triangle"))
"""Commands that only decorate what follows."""

_OPENERS = """
    frac sqrt binom lvert lfloor lceil langle sum prod int lim
    begin:pmatrix begin:bmatrix begin:matrix begin:vmatrix begin:array
"""
OPERAND_COMMANDS = FUNCTIONS | TRANSPARENT | frozenset(_OPENERS.split())
"""Commands that can start a factor."""

OPERAND_SIGNS = frozenset(("(", "[", "{", "\\{"))
"""Signs that can start a factor."""
