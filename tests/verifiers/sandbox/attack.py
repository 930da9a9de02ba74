"""Programs that attack the sandbox, and what must hold for each."""

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["CHECKS", "Attack", "load_cases", "load_own"]

CHECKS = (
    "not_passed",
    "passed",
    "verdict",
    "text",
    "time",
    "parent",
    "steady",
    "no_survivor",
    "no_outside",
    "no_net",
    "no_secret",
    "mem",
    "disk",
    "out",
    "nproc",
)
"""The checks that can be made after each program; `attack_runner.py` implements them."""

_OPTIONAL = ("not_passed", "passed", "steady")
_OWN = Path(__file__).with_name("attacks")
_TESTS = """
def check(candidate):
    assert candidate(0) == 3
    assert candidate(1) == 11
    assert candidate(5) == 63
    assert candidate(10) == 173
    assert candidate(123) == 15993
"""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One program, the tests that it is graded by, and what must hold.

    Attributes:
        name: Short name; unique together with the category.
        category: Kind of attack; ``"control"`` and ``"benign"`` are harmless.
        answer: The answer of the agent.
        must: What must hold, in words.
        checks: The checks that must hold, from `CHECKS`.
        style: Style of the tests, as in `CodeTests`.
        entry_point: Name of the function under test.
        tests: The tests; pairs for ``"stdio"``.
        setup: Setup code of the tests.
        score: Score mode of `CodeVerifier`.
        before: An answer that is verified first, by the same worker.
        machine: The processor that it is written for; empty for all.
        timeout_s: Time budget of the program.
        is_quick: Whether it belongs to the small set that always runs.
    """

    name: str
    category: str
    answer: str
    must: str
    checks: tuple[str, ...]
    style: str = "humaneval"
    entry_point: str = "f"
    tests: tuple[Any, ...] = (_TESTS,)
    setup: str = ""
    score: str = "sparse"
    before: str = ""
    machine: str = ""
    timeout_s: float = 1.0
    is_quick: bool = False

    @classmethod
    def from_json(cls, line: str) -> "Attack":
        """Read an attack that `to_json` wrote."""
        data = json.loads(line)
        return cls(**data | {"checks": tuple(data["checks"]), "tests": tuple(data["tests"])})

    def to_json(self) -> str:
        """Return the attack as one line of JSON."""
        return json.dumps(asdict(self))


def load_own() -> list[Attack]:
    """Load the attacks that were written against this sandbox, and the controls."""
    attacks = []
    for path in sorted(_OWN.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = data.pop("attack")
        attacks += [_own_attack(path.stem, data | row) for row in rows]
    return attacks


def load_cases(path: Path) -> list[Attack]:
    """Load the cases of the shared collection, which is a file of JSON lines.

    Args:
        path: The file.
    """
    return [_case(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _own_attack(category: str, row: dict[str, Any]) -> Attack:
    passes = row.get("passes", False)
    checks = [check for check in CHECKS if check not in _OPTIONAL]
    if passes != "either":
        checks.append("passed" if passes else "not_passed")
    if row.get("steady"):
        checks.append("steady")
    fields: dict[str, Any] = {k: row[k] for k in ("style", "setup", "score", "machine") if k in row}
    if "cases" in row:
        fields["tests"] = tuple(map(tuple, row["cases"]))
        fields["entry_point"] = ""
    elif row.get("style") == "asserts":
        fields["tests"] = tuple(row["tests"].strip().splitlines())
    elif "tests" in row:
        fields["tests"] = (row["tests"],)
    prelude = row.get("prelude", "")
    if "repeat" in row:
        program = row.get("start", "") + row["repeat"] * row["times"] + row.get("end", "")
    else:
        program = prelude + row.get("program", "")
    program = program.replace("@SURROGATE@", "\ud800")
    return Attack(
        name=row["name"],
        category=category,
        must=row["must"],
        checks=tuple(checks),
        answer=row["answer"] if "answer" in row else _fenced(program),
        is_quick=row.get("quick", False),
        before=_fenced(prelude + row["before"]) if "before" in row else "",
        **fields,
    )


def _case(row: dict[str, Any]) -> Attack:
    return Attack(
        name=f"{row['id']}_{row['name']}",
        category=row["category"],
        must=row["must"],
        checks=(*row["checks"], "verdict"),
        answer=_fenced(row["program"]),
        entry_point=row["entry_point"],
        tests=(row["tests"],),
        timeout_s=row["timeout_s"],
    )


def _fenced(program: str) -> str:
    return f"```python\n{program.strip(chr(10))}\n```\n"
