"""The grader that is a program; it runs in the sandbox."""

import json
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

from rethink_gym.errors import argument_error
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.grader import Grader, Judged, check_text
from rethink_gym.verifiers.graders.template import Context, read_json

__all__ = ["PythonGrader"]

MAX_BYTES = 256_000
"""Largest program; as large as the known graders'."""

TIME_S = 120.0
MEMORY_BYTES = 2 * 1024**3
"""What a program may use; as much as the known graders' may."""

_JUDGE_S = 10.0
_ERRORS = {
    Reason.TIMED_OUT: ErrorKind.UNRESPONSIVE_REWARD_ERROR,
    Reason.ERROR: ErrorKind.PYTHON_GRADER_SERVER_ERROR,
}


@dataclass(frozen=True, kw_only=True)
class PythonGrader(Grader):
    """Scores by a program that defines ``grade(sample, item)`` and returns a number.

    The program runs confined: it can import what is installed here, reaches no network and
    no files but its own, and gets the sample and the item as plain data. If the sample has
    no ``output_json``, it gets one where ``output_text`` is JSON.

    Attributes:
        source: The program.
        image_tag: What it is meant to run in; kept.

    Raises:
        ArgumentError: If a field is not what it must be.
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
            SandboxError: If it has none.
        """
        from rethink_gym.verifiers.sandbox.level import check_level

        check_level(_isolation())

    def judge_context(self, context: Context) -> Judged:
        """Let the program compute the score."""
        from rethink_gym.verifiers.worker_pool import shared_pool

        question = {
            "grade": {
                "source": self.source,
                "sample": _plain("sample", _with_json(dict(context.sample))),
                "item": _plain("item", dict(context.item)),
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
        return Judged(value, f"the program returned {value:g}; isolation: {_isolation()}")


def _isolation() -> str:
    return "seatbelt" if sys.platform == "darwin" else "default"


def _with_json(sample: dict[str, Any]) -> dict[str, Any]:
    """Add what the known graders add: the sample as a value, if it is JSON."""
    text = sample.get("output_text")
    if "output_json" not in sample and isinstance(text, str):
        try:
            sample["output_json"] = read_json(text)
        except ValueError:
            sample["output_json"] = None
    return sample


def _plain(name: str, values: dict[str, Any]) -> object:
    try:
        plain: object = json.loads(json.dumps(values))
    except (TypeError, ValueError, RecursionError) as error:
        raise Failure(
            ErrorKind.OTHER_ERROR, f"the {name} must be plain JSON data: {error}"
        ) from error
    return plain
