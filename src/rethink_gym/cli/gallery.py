"""The gallery: every environment with a problem and two answers, as Markdown."""

import inspect
import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import gymnasium as gym

from rethink_gym.cli.environment import own_env_ids
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.registry import find_task_class, task_defaults
from rethink_gym.envs.steps.env import StepEnv
from rethink_gym.envs.testing import correct_answer
from rethink_gym.envs.text_env import TextEnv
from rethink_gym.errors import DataError, DataNotFoundError

__all__ = ["HEADINGS", "gallery_text", "load_arguments", "task_sections"]

HEADINGS = ("Example", "Difficulty", "Splits", "Reward", "Termination", "Ids")
"""Headings in the docstring of a task, in this order, after the description."""

_INTRODUCTION = """\
# Gallery

Every environment with one problem, a correct and an incorrect answer, and their verdicts. \
Written by `rethink envs --gallery GALLERY.md --arguments tests/envs/data/arguments.json` from \
the docstrings and from episodes that were played. A test compares it with what this command \
writes now. The problems of data sets are invented ones in the same format.
"""

_MAX_OTHER_PROBLEMS = 20
"""Maximum number of problems whose answers are tried as incorrect ones."""

_MAX_INCORRECT_SCORE = 0.5
"""Maximum score of an incorrect answer to show."""


def load_arguments(path: Path) -> dict[str, dict[str, Any]]:
    """Load the required arguments of subjects.

    Args:
        path: A JSON file such as ``{"GSM8K": {"data": "gsm8k"}}``. The values of ``data``
            are paths relative to the file.

    Returns:
        The arguments by name, by subject.

    Raises:
        DataNotFoundError: If there is no such file.
        DataError: If the file is not such JSON.
    """
    if not path.is_file():
        raise DataNotFoundError(f"--arguments must be an existing file, got {str(path)!r}.")
    try:
        by_subject = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} must be JSON: {error}.") from error
    if not isinstance(by_subject, dict) or not all(
        isinstance(row, dict) for row in by_subject.values()
    ):
        raise DataError(f"{path} must hold arguments by subject, got {str(by_subject)[:60]}.")
    return {
        subject: row | {"data": str(path.parent / row["data"])} if "data" in row else row
        for subject, row in by_subject.items()
    }


def gallery_text(arguments: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the gallery of all environments of this package.

    Args:
        arguments: The arguments that `load_arguments` returned. Without the arguments of a
            subject that needs data, only its docstring is shown.

    Returns:
        Markdown.
    """
    ids = sorted(own_env_ids(), key=lambda env_id: (_subject_of(env_id), env_id))
    subjects = {subject: list(members) for subject, members in groupby(ids, _subject_of)}
    rows = [
        f"| [{subject}](#{subject.lower()}) | {_codes(env_ids)} |"
        for subject, env_ids in subjects.items()
    ]
    parts = [_INTRODUCTION, "\n".join(("| subject | ids |", "| --- | --- |", *rows))]
    for subject, env_ids in subjects.items():
        task = find_task_class(gym.spec(env_ids[0]).kwargs["task"])
        parts.append(f"## {subject}")
        parts += [_markdown(text) for text in task_sections(task).values()]
        parts.append(_argument_table(env_ids[0], task))
        if subject in arguments or "data" not in task_defaults(gym.spec(env_ids[0]).kwargs["task"]):
            parts += [_episodes(env_id, arguments.get(subject, {})) for env_id in env_ids]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def task_sections(task: type) -> dict[str, str]:
    """Split the docstring of a task into its sections.

    Args:
        task: The class.

    Returns:
        The description with the empty text as its key, then each section by its heading,
        heading included, in the order of the docstring.
    """
    docstring = inspect.getdoc(task) or ""
    text = re.split(r"^(?:Args|Attributes|Raises|References):$", docstring, flags=re.M)[0]
    sections = re.split(r"^(?=\*\*\w+\.\*\*)", text, flags=re.M)
    named = {section[2 : section.index(".")]: section.strip() for section in sections[1:]}
    return {"": sections[0].strip(), **named}


def _subject_of(env_id: str) -> str:
    return env_id.removesuffix("-v0").removesuffix("SelfCorrect").removesuffix("Steps")


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _markdown(text: str) -> str:
    """Convert the markup of a docstring to Markdown."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        is_table = paragraph.lstrip().startswith("==")
        code = paragraph.replace("``", "`")
        paragraphs.append(f"```text\n{paragraph}\n```" if is_table else code)
    return "\n\n".join(paragraphs)


def _argument_table(env_id: str, task: type) -> str:
    """List the arguments of a task with their defaults and what they mean."""
    meanings = _argument_meanings(inspect.getdoc(task) or "")
    rows = ["| argument | default | meaning |", "| --- | --- | --- |"]
    for name, default in task_defaults(gym.spec(env_id).kwargs["task"]).items():
        shown = "" if default is inspect.Parameter.empty else f"`{default!r}`"
        meaning = meanings.get(name, "").replace("``", "`").replace("|", "\\|")
        rows.append(f"| `{name}` | {shown} | {meaning} |")
    return "\n".join(rows) if len(rows) > 2 else "No arguments."


def _argument_meanings(docstring: str) -> dict[str, str]:
    """Return the descriptions in the section "Args" of a docstring, by argument."""
    _, _, rest = docstring.partition("\nArgs:\n")
    section = re.split(r"^\S", rest, maxsplit=1, flags=re.M)[0]
    entries = re.split(r"^    (?=\w+:)", section, flags=re.M)
    pairs = (entry.split(":", 1) for entry in entries if ":" in entry)
    return {name: " ".join(meaning.split()) for name, meaning in pairs}


def _episodes(env_id: str, arguments: Mapping[str, Any]) -> str:
    """Play a problem with a correct and an incorrect answer, and return the dialogues."""
    env = gym.make(env_id, render_mode="ansi", **arguments)
    inner = env.unwrapped
    assert isinstance(inner, TextEnv)
    env.reset(seed=0, options={"problem": 0})
    correct = correct_answer(inner.problem)
    incorrect = _incorrect_answer(inner)
    if isinstance(inner, StepEnv):
        steps = [line for line in correct.splitlines() if line.strip()]
        plays = [steps, [*steps[: int(len(steps) > 2)], incorrect]]
    else:
        is_single = isinstance(inner, ReasoningEnv) and inner.max_attempts == 1
        plays = [[correct], [incorrect]] if is_single else [[incorrect, correct]]
    dialogues = [_dialogue(env, actions) for actions in plays]
    env.close()
    return f"### `{env_id}`\n\n" + "\n\n".join(dialogues)


def _incorrect_answer(env: TextEnv) -> str:
    """Return an incorrect answer, if possible the correct one to another problem."""
    own = env.problem
    for index in range(1, min(_MAX_OTHER_PROBLEMS, env.num_problems)):
        answer = correct_answer(env.task.problem(index, env.split))
        line = answer.splitlines()[-1]
        answer = line if line.startswith("A:") else answer
        verdict = env.verifier.verify(answer, own)
        if not verdict.correct and verdict.score < _MAX_INCORRECT_SCORE:
            return answer
    return "A: I do not know."


def _dialogue(env: gym.Env[str, str], actions: Iterable[str]) -> str:
    """Play the first problem with these actions, and return the dialogue and the return."""
    env.reset(seed=0, options={"problem": 0})
    total = 0.0
    for action in actions:
        _, reward, terminated, truncated, _ = env.step(action)
        total += float(reward)
        if terminated or truncated:
            break
    rendered = str(env.render())
    fence = "````" if "```" in rendered else "```"
    return f"{fence}text\n{rendered}\n{fence}\n\nReturn: {total:g}."
