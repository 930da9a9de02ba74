"""Read LaTeX commands and functions: roots, fractions, matrices, sums, integrals, limits."""

from rethink_gym.verifiers.math.expression.parsing.grammar import Parser
from rethink_gym.verifiers.math.expression.parsing.lexer import TokenKind
from rethink_gym.verifiers.math.expression.parsing.node import (
    MINUS_ONE,
    function_node,
    matrix_node,
    quotient_node,
)
from rethink_gym.verifiers.math.expression.parsing.vocabulary import (
    FUNCTIONS,
    MATRIX_ENVIRONMENTS,
    TRANSPARENT,
)
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Node,
    Relation,
    Symbol,
    UnreadableError,
    number_node,
)

__all__ = ["read_command"]


def read_command(parser: Parser, name: str) -> Node:
    """Read the arguments of a command that was just taken.

    Args:
        parser: The parser, at the token after the command.
        name: Name of the command, without its backslash.

    Raises:
        UnreadableError: If the command has no meaning here, or an argument is missing.
    """
    if name in FUNCTIONS:
        return _read_function(parser, name)
    if name == "frac":
        return _read_fraction(parser)
    if name == "sqrt":
        return _read_root(parser)
    if name == "binom":
        return Call("binomial", (parser.read_argument(), parser.read_argument()))
    if name in ("lvert", "vert"):
        return parser.read_absolute_value("rvert" if name == "lvert" else "vert")
    if name in ("lfloor", "lceil", "langle"):
        items = parser.read_items()
        if not parser.tokens.take_command(f"r{name[1:]}"):
            raise UnreadableError(f"\\r{name[1:]} is missing")
        if name == "langle":
            return Group(GroupKind.TUPLE, items)
        if len(items) == 1:
            return Call(name[1:], items)
    if name.startswith("begin:") and name[6:] in MATRIX_ENVIRONMENTS:
        return _read_matrix(parser, name[6:])
    if name == "int":
        return _read_integral(parser)
    if name in ("sum", "prod", "lim"):
        return _read_series(parser, name)
    if name in TRANSPARENT:
        return parser.read_argument()
    raise UnreadableError(f"\\{name} has no meaning here")


def _read_function(parser: Parser, name: str) -> Node:
    base: Node | None = None
    exponent: Node | None = None
    while sign := parser.tokens.take_sign("_", "^"):
        if sign == "_":
            base = _read_script(parser)
        else:
            exponent = _read_script(parser)
    has_bracket = parser.tokens.is_sign("(", "{")
    argument = parser.read_atom() if has_bracket else _read_bare_argument(parser)
    return function_node(name, argument, base, exponent)


def _read_script(parser: Parser) -> Node:
    """Read a subscript or superscript of a function, sum or integral."""
    tokens = parser.tokens
    if tokens.take_sign("-"):
        return Call("multiply", (MINUS_ONE, _read_script(parser)))
    if not tokens.take_sign("{"):
        return parser.read_atom()
    script = parser.read_sum()
    tokens.expect_sign("}")
    if script == Call("multiply", (MINUS_ONE, number_node(1))):
        return MINUS_ONE
    return script


def _read_bare_argument(parser: Parser) -> Node:
    r"""Read an argument without brackets: all of ``2x`` in ``\sin 2x \cos x``."""
    tokens = parser.tokens
    if tokens.take_sign("-"):
        return Call("multiply", (MINUS_ONE, _read_bare_argument(parser)))
    factors = [parser.read_power()]
    while parser.starts_factor() and not tokens.is_command(*FUNCTIONS):
        if tokens.is_sign("(", "[", "|"):
            break
        factors.append(parser.read_power())
    return factors[0] if len(factors) == 1 else Call("multiply", tuple(factors))


def _read_fraction(parser: Parser) -> Node:
    r"""Read a fraction, or a derivative such as ``\frac{d}{dx} x^2``."""
    tokens = parser.tokens
    texts = [tokens.ahead(distance).text for distance in range(7)]
    if texts[:5] == ["{", "d", "}", "{", "d"] and texts[6] == "}":
        for _ in texts:
            tokens.take()
        return Call("derivative", (parser.read_product(), Symbol(texts[5])))
    numerator = parser.read_argument()
    return quotient_node(numerator, parser.read_argument())


def _read_root(parser: Parser) -> Node:
    degree: Node = number_node(2)
    if parser.tokens.take_sign("["):
        degree = parser.read_sum()
        parser.tokens.expect_sign("]")
    inside = parser.read_atom()
    if isinstance(inside, Group):
        raise UnreadableError("a root takes one argument")
    return Call("power", (inside, quotient_node(number_node(1), degree)))


def _read_matrix(parser: Parser, environment: str) -> Node:
    tokens = parser.tokens
    end = f"end:{environment}"
    rows: list[tuple[Node, ...]] = []
    cells: list[Node] = []
    while not tokens.take_command(end):
        cells.append(parser.read_relation())
        if tokens.take_sign("&"):
            continue
        if not (tokens.take_sign("\\\\") or tokens.is_command(end)):
            raise UnreadableError(f"a matrix contains {tokens.token.text!r}")
        rows.append(tuple(cells))
        cells = []
    return matrix_node(environment, rows)


def _read_integral(parser: Parser) -> Node:
    tokens = parser.tokens
    bounds: dict[str, Node] = {}
    while sign := tokens.take_sign("_", "^"):
        bounds[sign] = _read_script(parser)
    outer, parser.is_in_integral = parser.is_in_integral, True
    integrand = parser.read_sum()
    parser.is_in_integral = outer
    if tokens.take().text != "d" or tokens.token.kind is not TokenKind.NAME:
        raise UnreadableError("an integral has no variable")
    variable = Symbol(tokens.take().text)
    limits = (bounds["_"], bounds["^"]) if len(bounds) == 2 else ()
    return Call("integral", (integrand, variable, *limits))


def _read_series(parser: Parser, name: str) -> Node:
    """Read a sum, product or limit."""
    start: Relation | None = None
    end: Node | None = None
    while sign := parser.tokens.take_sign("_", "^"):
        if sign == "^":
            end = _read_script(parser)
        else:
            start = _read_bound_variable(parser)
    if start is None:
        raise UnreadableError(f"\\{name} has no variable")
    body = parser.read_product()
    if name == "lim":
        return Call("limit", (body, *start.sides))
    if end is None:
        raise UnreadableError(f"\\{name} has no end")
    return Call("sum" if name == "sum" else "product", (body, *start.sides, end))


def _read_bound_variable(parser: Parser) -> Relation:
    r"""Read a variable and its start, such as ``{k = 1}`` or ``{x \to 0}``."""
    tokens = parser.tokens
    tokens.expect_sign("{")
    variable = tokens.take()
    if variable.kind is not TokenKind.NAME:
        raise UnreadableError("a bound variable must be a name")
    if not (tokens.take_sign("=", "to") or tokens.take_command("to", "rightarrow")):
        raise UnreadableError("a bound variable must have a start")
    start = parser.read_sum()
    tokens.expect_sign("}")
    return Relation((Symbol(variable.text), start), ("=",))
