"""Your own data set, scored by your own grader."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rethink_gym.envs.tasks.base.rows import UNSPLIT, Row, read_rows
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.errors import DataError, DataNotFoundError, argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verifiers.graders.from_json import grader_from_dict
from rethink_gym.verifiers.graders.grade import Failure
from rethink_gym.verifiers.graders.judge import Judge
from rethink_gym.verifiers.graders.template import Context, Template, parse_template
from rethink_gym.verifiers.graders.template import Path as ValuePath
from rethink_gym.verifiers.graders.verifier import GraderVerifier
from rethink_gym.verifiers.verifier import Verifier

if TYPE_CHECKING:
    from rethink_gym.verifiers.graders.grader import Grader

__all__ = ["Dataset"]

_SPLITS = ("train", "validation", "test")


class Dataset(Task):
    """Questions from a file or a data set on the hub, scored by your own grader.

    Each row is one problem. The prompt and the gold answer are templates that are filled with
    the fields of the row, in the notation of the graders: ``{{item.question}}``. All rows are
    read and checked when the task is made; an error names the file and the line.

    **Example.** ``{"question": "Capital of France?", "answer": "Paris"}`` with
    ``prompt="{{item.question}}"`` asks ``Capital of France?`` Answer: ``Paris``.

    **Difficulty.** Depends on the data.

    **Splits.** A folder has one split per file, such as ``train.jsonl`` and
    ``validation.csv``. If there is no validation split, about 10 % of the train problems are
    moved to it. The hash of the prompt decides, so the order of the rows does not matter. A
    prompt that occurs in two splits is an error.

    **Reward.** The score of the grader, in [0, 1].

    **Termination.** After the last attempt.

    **Ids.** ``Dataset-v0``, ``DatasetSelfCorrect-v0``.

    Args:
        data: A file (JSON lines, JSON, CSV, TSV or Parquet), a folder with one file for each
            split, or a name on the hub; see `read_rows`.
        grader: A JSON file with a grader, or the fields of the grader by name. None if the
            environment has another verifier.
        prompt: Template of the prompt.
        gold: Template of the gold answer, for verifiers that use it and for display. The
            grader receives the whole row as its ``item``.
        solution: Template of a worked solution; None if the rows have no solutions.
        judge: The language model that grades for graders of the types ``score_model`` and
            ``label_model``.

    Raises:
        ArgumentError: If ``grader`` or a template is not valid.
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a row lacks what the templates name, or a prompt is in two splits.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If a package is needed and not installed.
    """

    name: ClassVar = "dataset"
    reads_files: ClassVar = True

    def __init__(
        self,
        data: str | PathLike[str],
        grader: str | PathLike[str] | Mapping[str, Any] | None = None,
        *,
        prompt: str = "{{item.prompt}}",
        gold: str = "{{item.answer}}",
        solution: str | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.data = fspath(data)
        config = grader if grader is None or isinstance(grader, Mapping) else _read_grader(grader)
        self.grader: Grader | None = None
        if config is not None:
            self.grader = grader_from_dict(config, judge=judge)
        needed = tuple(sorted({path.text for path in _item_paths(config)}))
        self._problems = _load_problems(self.data, prompt, gold, solution, needed)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self._problems)

    def size(self, split: str) -> int:
        """Return the number of problems of a split."""
        return len(self._problems[check_choice("split", split, self.splits)])

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same problem.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`, or ``index`` is out of range.
        """
        self.check_index(index, split)
        return self._problems[split][index]

    def make_verifier(self) -> Verifier:
        """Build the verifier that calls the grader.

        Raises:
            ArgumentError: If the task has no grader, or the grader needs a judge.
            MissingExtraError: If a library that the grader needs is not installed.
        """
        if self.grader is None:
            raise argument_error(
                "grader",
                "a JSON file or fields by name",
                None,
                "Give one, or make the environment with verifier=... instead.",
            )
        self.grader.check_ready()
        return GraderVerifier(self.grader)


def _read_grader(path: str | PathLike[str]) -> dict[str, Any]:
    file = Path(path).expanduser()
    if not file.is_file():
        raise DataNotFoundError(f"grader must be an existing file, got {fspath(path)!r}.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file} must be JSON: {error}.") from error
    if not isinstance(config, dict):
        raise DataError(f"{file} must hold a grader, got a {type(config).__name__}.")
    return config


def _item_paths(config: object) -> Iterator[ValuePath]:
    """Find the fields of a row that the templates in a grader refer to."""
    if isinstance(config, str):
        yield from _paths_of(parse_template(config))
    elif isinstance(config, Mapping):
        for name, value in config.items():
            if name != "source":  # a program, not a template
                yield from _item_paths(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from _item_paths(value)


def _paths_of(template: Template) -> Iterator[ValuePath]:
    for part in template.parts:
        if isinstance(part, ValuePath) and part.namespace == "item":
            yield part


def _load_problems(
    data: str,
    prompt: str,
    gold: str,
    solution: str | None,
    needed: tuple[str, ...],
) -> dict[str, Sequence[Problem]]:
    """Read and check all rows; hold out validation problems if the data have no such split."""
    texts = {"prompt": prompt, "gold": gold} | ({} if solution is None else {"solution": solution})
    templates = {name: parse_template(text) for name, text in texts.items()}
    wanted = [path for text in needed for path in _paths_of(parse_template(f"{{{{{text}}}}}"))]
    rows = dict(read_rows(data))
    if UNSPLIT in rows:
        rows["train"] = rows.pop(UNSPLIT)
    if "train" in rows and "validation" not in rows:
        rows |= _hold_out(rows["train"], templates["prompt"])
    problems: dict[str, Sequence[Problem]] = {}
    first_rows: dict[str, tuple[str, str]] = {}  # by prompt: split and location of its first row
    for split in sorted(rows, key=lambda name: (*_SPLITS, name).index(name)):
        filled_problems: list[Problem] = []
        for row in rows[split]:
            filled = {name: _fill(template, row, name) for name, template in templates.items()}
            for path in wanted:
                _check_value(path, row)
            _check_only_split(first_rows, filled["prompt"], split, row)
            problem_id = f"{Path(data).stem}/{split}/{len(filled_problems)}"
            filled_problems.append(Problem(problem_id, item=row.values, **filled))
        if not filled_problems:
            raise DataError(f"{data} must hold rows for the split {split!r}, got none.")
        problems[split] = filled_problems
    return problems


def _hold_out(rows: Sequence[Row], prompt: Template) -> dict[str, list[Row]]:
    """Move about 10 % of the rows to ``validation``."""
    held_out = [_is_held_out(_fill(prompt, row, "prompt")) for row in rows]
    train = [row for row, held in zip(rows, held_out, strict=True) if not held]
    validation = [row for row, held in zip(rows, held_out, strict=True) if held]
    return {"train": train} | ({"validation": validation} if train and validation else {})


def _is_held_out(prompt: str) -> bool:
    return hashlib.blake2b(prompt.encode(errors="replace"), digest_size=1).digest()[0] < 26


def _fill(template: Template, row: Row, name: str) -> str:
    try:
        return template.fill(Context(row.values, {}))
    except Failure as failure:
        fields = ", ".join(map(repr, row.values))
        raise DataError(
            f"{row.location}, must have the fields that {name} names: {failure.detail}. "
            f"It has {fields}. Pass another {name}, such as "
            f"{name}='{{{{item.{next(iter(row.values), 'x')}}}}}'."
        ) from failure


def _check_value(path: ValuePath, row: Row) -> None:
    try:
        Context(row.values, {}).value(path)
    except Failure as failure:
        raise DataError(
            f"{row.location}, must have the fields that the grader names: {failure.detail}."
        ) from failure


def _check_only_split(
    first_rows: dict[str, tuple[str, str]], prompt: str, split: str, row: Row
) -> None:
    """Check that a prompt occurs in no other split, and note the first row that has it."""
    first_split, first_location = first_rows.setdefault(prompt, (split, row.location))
    if first_split != split:
        raise DataError(
            f"{row.location}, must not be in the split {split!r}, since its prompt is also in "
            f"{first_split!r} ({first_location}). Remove one of them."
        )
