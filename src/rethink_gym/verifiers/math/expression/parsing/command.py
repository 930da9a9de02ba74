"""Reads what commands stand for: functions, fractions, roots, matrices, calculus."""

from rethink_gym.verifiers.math.expression.parsing.atom import MINUS_ONE, AtomReader, quotient
from rethink_gym.verifiers.math.expression.parsing.lexer import TokenKind
from rethink_gym.verifiers.math.expression.parsing.vocabulary import (
    FUNCTIONS,
    INVERSES,
    RENAMED,
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

__all__ = ["CommandReader"]

_MANY_ARGUMENTS = frozenset(("min", "max", "gcd", "lcm"))
_MATRICES = frozenset(
    ("pmatrix", "bmatrix", "matrix", "Bmatrix", "vmatrix", "array", "smallmatrix")
)


class CommandReader(AtomReader):
    """Reads the arguments of functions and LaTeX commands."""

    def read_command(self, name: str) -> Node:
        """Read the arguments of a command that was just stepped over.

        Raises:
            UnreadableError: If it has no meaning here.
        """
        if name in FUNCTIONS:
            return self._function(name)
        if name == "frac":
            return self._fraction()
        if name == "sqrt":
            return self._root()
        if name == "binom":
            return Call("binomial", (self.read_argument(), self.read_argument()))
        if name in ("lvert", "vert"):
            return self.read_bars("rvert" if name == "lvert" else "vert")
        if name in ("lfloor", "lceil", "langle"):
            items = self.read_items()
            if not self.is_command(f"r{name[1:]}"):
                raise UnreadableError(f"\\r{name[1:]} is missing")
            self.take()
            if name == "langle":
                return Group(GroupKind.TUPLE, items)
            if len(items) == 1:
                return Call(name[1:], items)
        if name.startswith("begin:") and name[6:] in _MATRICES:
            return self._matrix(name[6:])
        if name in ("sum", "prod", "int", "lim"):
            return self._calculus(name)
        if name in TRANSPARENT:
            return self.read_argument()
        raise UnreadableError(f"\\{name} has no meaning here")

    def _function(self, name: str) -> Node:
        base: Node | None = None
        exponent: Node | None = None
        while sign := self.take_sign("_", "^"):
            if sign == "_":
                base = self._script()
            else:
                exponent = self._script()
        name = RENAMED.get(name, name)
        if exponent == MINUS_ONE and name in INVERSES:
            name, exponent = INVERSES[name], None
        argument = self.read_atom() if self.is_sign("(", "{") else self._bare_argument()
        if isinstance(argument, Group) and name in _MANY_ARGUMENTS:
            call = Call(name, argument.items)
        elif isinstance(argument, Group) and name != "det":
            raise UnreadableError(f"{name} takes one argument")
        elif name == "cis" and base is None:
            turned = Call("multiply", (Symbol("i"), Call("sin", (argument,))))
            call = Call("add", (Call("cos", (argument,)), turned))
        elif base is not None and name == "ln":
            call = Call(
                "multiply",
                (Call("ln", (argument,)), Call("power", (Call("ln", (base,)), MINUS_ONE))),
            )
        elif base is not None:
            raise UnreadableError(f"{name} takes no base")
        else:
            call = Call(name, (argument,))
        return call if exponent is None else Call("power", (call, exponent))

    def _script(self) -> Node:
        if self.take_sign("-"):
            return Call("multiply", (MINUS_ONE, self._script()))
        if self.is_sign("{"):
            self.take()
            script = self.read_sum()
            self.expect("}")
            if script == Call("multiply", (MINUS_ONE, number_node(1))):
                return MINUS_ONE
            return script
        return self.read_atom()

    def _bare_argument(self) -> Node:
        if self.is_sign("-"):
            self.take()
            return Call("multiply", (MINUS_ONE, self._bare_argument()))
        factors = [self.read_power()]
        while self.starts_operand() and not self.is_command(*FUNCTIONS):
            if self.is_sign("(", "[", "|"):
                break
            factors.append(self.read_power())
        return factors[0] if len(factors) == 1 else Call("multiply", tuple(factors))

    def _fraction(self) -> Node:
        place = self._place
        texts = [self.ahead(distance).text for distance in range(7)]
        if texts[:5] == ["{", "d", "}", "{", "d"] and texts[6] == "}":
            variable = self.ahead(5).text
            for _ in range(7):
                self.take()
            return Call("derivative", (self.read_product(), Symbol(variable)))
        self._place = place
        above = self.read_argument()
        below = self.read_argument()
        return quotient(above, below)

    def _root(self) -> Node:
        degree: Node = number_node(2)
        if self.take_sign("["):
            degree = self.read_sum()
            self.expect("]")
        inside = self.read_atom()
        if isinstance(inside, Group):
            raise UnreadableError("a root takes one argument")
        return Call("power", (inside, quotient(number_node(1), degree)))

    def _matrix(self, environment: str) -> Node:
        rows: list[Node] = []
        cells: list[Node] = []
        while True:
            if self.is_command(f"end:{environment}"):
                self.take()
                break
            cells.append(self.read_relation())
            if self.take_sign("&"):
                continue
            if self.take_sign("\\\\") or self.is_command(f"end:{environment}"):
                rows.append(Group(GroupKind.TUPLE, tuple(cells)))
                cells = []
                continue
            raise UnreadableError(f"a matrix holds {self.token.text!r}")
        widths = {len(row.items) for row in rows if isinstance(row, Group)}
        if len(widths) != 1:
            raise UnreadableError("the rows of a matrix are of unequal length")
        matrix = Group(GroupKind.MATRIX, tuple(rows))
        return Call("det", (matrix,)) if environment == "vmatrix" else matrix

    def _calculus(self, name: str) -> Node:
        low: Node | None = None
        high: Node | None = None
        while sign := self.take_sign("_", "^"):
            if sign == "^":
                high = self._script()
            elif name == "int":
                low = self._script()
            else:
                low = self._binding()
        if name == "int":
            outer, self.is_in_integral = self.is_in_integral, True
            body = self.read_sum()
            self.is_in_integral = outer
            if self.take().text != "d" or self.token.kind is not TokenKind.NAME:
                raise UnreadableError("an integral has no variable")
            variable = Symbol(self.take().text)
            bounds = () if low is None or high is None else (low, high)
            return Call("integral", (body, variable, *bounds))
        if not isinstance(low, Relation):
            raise UnreadableError(f"\\{name} has no variable")
        body = self.read_product()
        if name == "lim":
            return Call("limit", (body, *low.sides))
        if high is None:
            raise UnreadableError(f"\\{name} has no end")
        return Call("sum" if name == "sum" else "product", (body, *low.sides, high))

    def _binding(self) -> Node:
        r"""Read a variable and where it starts, such as ``{k = 1}`` or ``{x \to 0}``."""
        self.expect("{")
        variable = self.take()
        if variable.kind is not TokenKind.NAME:
            raise UnreadableError("a bound variable must be a name")
        if not (self.take_sign("=", "to") or self.is_command("to", "rightarrow")):
            raise UnreadableError("a bound variable must start somewhere")
        if self.is_command("to", "rightarrow"):
            self.take()
        start = self.read_sum()
        self.expect("}")
        return Relation((Symbol(variable.text), start), ("=",))
