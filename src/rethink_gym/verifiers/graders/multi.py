"""Grader that combines other graders by a formula."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from rethink_gym.errors import argument_error
from rethink_gym.verifiers.graders.formula import FormulaError, parse_formula
from rethink_gym.verifiers.graders.grade import ErrorKind
from rethink_gym.verifiers.graders.grader import Grader, RawScore, check_text
from rethink_gym.verifiers.graders.template import Context

__all__ = ["Multi"]


@dataclass(frozen=True, kw_only=True)
class Multi(Grader):
    """Combines the values of other graders.

    If the formula uses a part whose score is missing, the combined score is missing too.

    Attributes:
        graders: The parts: a mapping by name, a tuple, or a single grader. In a tuple and
            alone, a part has its own name.
        calculate_output: Formula over the names of the parts; see the module `formula`. It
            uses each part's value in the part's own range.

    Raises:
        ArgumentError: If ``graders`` is empty, two parts have the same name, a part is a
            multi grader, or ``calculate_output`` is not a formula over their names.
    """

    type: ClassVar[str] = "multi"

    graders: Mapping[str, Grader] | tuple[Grader, ...] | Grader
    calculate_output: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("calculate_output", self.calculate_output)
        if isinstance(self.graders, Mapping | tuple) and not self.graders:
            raise argument_error("graders", "one or more graders", self.graders)
        for name, part in self.parts.items():
            if not isinstance(part, Grader) or isinstance(part, Multi):
                raise argument_error(
                    f"graders[{name!r}]", "a grader other than a multi grader", part
                )
        for name in sorted(parse_formula(self.calculate_output).names):
            if name not in self.parts:
                raise argument_error(
                    "calculate_output",
                    f"a formula over {', '.join(self.parts)}",
                    self.calculate_output,
                    f"There is no grader {name!r}.",
                )

    @cached_property
    def parts(self) -> Mapping[str, Grader]:
        """The parts by name."""
        if isinstance(self.graders, Mapping):
            return self.graders
        graders = (self.graders,) if isinstance(self.graders, Grader) else self.graders
        parts = {grader.name: grader for grader in graders}
        if len(parts) < len(graders):
            raise argument_error("graders", "graders of different names", list(parts))
        return parts

    def check_ready(self) -> None:
        """Check the requirements of every part.

        Raises:
            MissingExtraError: If a required library is not installed.
            ArgumentError: If a required judge or embedding is missing.
            SandboxError: If a part needs a sandbox and this system has none.
        """
        for part in self.parts.values():
            part.check_ready()

    def score_context(self, context: Context) -> RawScore:
        """Grade the parts and evaluate the formula."""
        grades = {
            name: part.grade(context.sample, context.item) for name, part in self.parts.items()
        }
        values = {name: grade.value for name, grade in grades.items()}
        errors: dict[ErrorKind, str] = {}
        for name, grade in grades.items():
            for kind, detail in grade.errors.items():
                errors.setdefault(kind, f"{name}: {detail}")
        formula = parse_formula(self.calculate_output)
        known = {name: value for name, value in values.items() if value is not None}
        missing = sorted(formula.names - known.keys())
        if missing:
            return RawScore(None, f"no score from {', '.join(missing)}", values, errors)
        try:
            return RawScore(formula.value(known), formula.text, values, errors)
        except FormulaError as error:
            errors[ErrorKind.FORMULA_PARSE_ERROR] = str(error)
            return RawScore(None, str(error), values, errors)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, with the layout of ``graders``."""
        data: dict[str, Any] = {"type": self.type, "name": self.name}
        if isinstance(self.graders, Grader):
            data["graders"] = self.graders.to_dict()
        elif isinstance(self.graders, Mapping):
            data["graders"] = {name: part.to_dict() for name, part in self.graders.items()}
        else:
            data["graders"] = [part.to_dict() for part in self.graders]
        data["calculate_output"] = self.calculate_output
        if self.pass_threshold is not None:
            data["pass_threshold"] = self.pass_threshold
        return data
