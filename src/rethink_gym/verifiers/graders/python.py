"""Grader whose score is computed by a Python program in the sandbox."""

import json
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

from rethink_gym.errors import argument_error
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.grader import Grader, RawScore, check_text
from rethink_gym.verifiers.graders.template import Context, read_json

__all__ = ["PythonGrader"]

MAX_BYTES = 256_000
"""Maximum size of a program, as in the JSON family's reference."""

TIME_S = 120.0
"""Time limit of a program in seconds, as in the JSON family's reference."""
MEMORY_BYTES = 2 * 1024**3
"""Memory limit of a program, as in the JSON family's reference."""

_JUDGE_S = 10.0
_ERRORS = {
    Reason.TIMED_OUT: ErrorKind.UNRESPONSIVE_REWARD_ERROR,
    Reason.ERROR: ErrorKind.PYTHON_GRADER_SERVER_ERROR,
}


@dataclass(frozen=True, kw_only=True)
class PythonGrader(Grader):
    """Scores by a program that defines ``grade(sample, item)``, which returns a number.

    The program runs in the sandbox: it can import the installed packages, and has no access
    to the network or to other files. It gets the sample and the item as JSON data. If the
    sample has no ``output_json``, the parsed ``output_text`` is added, or None if that is not
    JSON.

    Attributes:
        source: Source of the program.
        image_tag: Container image that the program was written for; stored, not used.

    Raises:
        ArgumentError: If ``source`` is not a text below `MAX_BYTES`, or ``image_tag`` is
            not a text.
    """

    type: ClassVar[str] = "python"
    is_name_needed: ClassVar[bool] = False

    source: str
    image_tag: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(check_text("source", self.source).encode(errors="replace")) >= MAX_BYTES:
            raise argument_error("source", f"below {MAX_BYTES:,} bytes", len(self.source))
        if self.image_tag is not None:
            check_text("image_tag", self.image_tag)

    def check_ready(self) -> None:
        """Check that this system has a sandbox.

        Raises:
            SandboxError: If this system has none.
        """
        from rethink_gym.verifiers.sandbox.level import check_level

        check_level(_isolation())

    def score_context(self, context: Context) -> RawScore:
        """Run the program."""
        from rethink_gym.verifiers.worker_pool import shared_pool

        question = {
            "grade": {
                "source": self.source,
                "sample": _as_json("sample", _with_json(dict(context.sample))),
                "item": _as_json("item", dict(context.item)),
            },
            "isolation": _isolation(),
            "limits": {"time_s": TIME_S, "memory_bytes": MEMORY_BYTES, "has_packages": True},
            "grading_s": _JUDGE_S,
        }
        reply = shared_pool("code").ask(question, TIME_S + _JUDGE_S)
        reason = Reason(reply["reason"])
        if reason is not Reason.EQUAL:
            kind = _ERRORS.get(reason, ErrorKind.PYTHON_GRADER_RUNTIME_ERROR)
            raise Failure(kind, reply["detail"])
        value = float(reply["value"])
        return RawScore(value, f"the program returned {value:g}; isolation: {_isolation()}")


def _isolation() -> str:
    return "seatbelt" if sys.platform == "darwin" else "default"


def _with_json(sample: dict[str, Any]) -> dict[str, Any]:
    """Add ``output_json``, the parsed sample, as the JSON family's reference does."""
    text = sample.get("output_text")
    if "output_json" not in sample and isinstance(text, str):
        try:
            sample["output_json"] = read_json(text)
        except ValueError:
            sample["output_json"] = None
    return sample


def _as_json(name: str, values: dict[str, Any]) -> object:
    try:
        plain: object = json.loads(json.dumps(values))
    except (TypeError, ValueError, RecursionError) as error:
        raise Failure(
            ErrorKind.OTHER_ERROR, f"the {name} must be plain JSON data: {error}"
        ) from error
    return plain
