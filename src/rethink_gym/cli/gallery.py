"""The gallery: every environment with a problem, a right and a wrong answer, as Markdown."""

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
from rethink_gym.envs.testing import right_answer
from rethink_gym.envs.text_env import TextEnv
from rethink_gym.errors import DataError, DataNotFoundError

__all__ = ["HEADINGS", "gallery_text", "load_arguments", "task_sections"]

HEADINGS = ("Example", "Difficulty", "Splits", "Reward", "Termination", "Ids")
"""What the docstring of a task tells, in this order, behind the description."""

_INTRODUCTION = """\
# Gallery

Every environment with one problem, a right and a wrong answer, and what was said of them. \
Written by `rethink envs --gallery GALLERY.md --arguments tests/envs/data/arguments.json` from \
the docstrings and from episodes that were played; a test compares it with what this command \
writes now. Problems of data sets are invented ones in the same layout.
"""

_MAX_OTHERS = 20
_MAX_WRONG_SCORE = 0.5


def load_arguments(path: Path) -> dict[str, dict[str, Any]]:
    """Load what subjects cannot be made without.

    Args:
        path: A JSON file such as ``{"GSM8K": {"data": "gsm8k"}}``; the values of ``data``
            are paths from where the file is.

    Returns:
        The arguments by name, by subject.

    Raises:
        DataNotFoundError: If there is no such file.
        DataError: If it holds something else.
    """
    if not path.is_file():
        raise DataNotFoundError(f"--arguments must be an existing file, got {str(path)!r}.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} must be JSON: {error}.") from error
    if not isinstance(found, dict) or not all(isinstance(row, dict) for row in found.values()):
        raise DataError(f"{path} must hold arguments by subject, got {str(found)[:60]}.")
    return {
        subject: row | {"data": str(path.parent / row["data"])} if "data" in row else row
        for subject, row in found.items()
    }


def gallery_text(arguments: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the gallery of all our environments.

    Args:
        arguments: What `load_arguments` returned. Of a subject that needs data and is
            not there, only the docstring is shown.

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
    """Take the docstring of a task apart.

    Args:
        task: The class.

    Returns:
        The description under the empty text, then what stands under each heading,
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
    """Turn the marks of a docstring into Markdown."""
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
    """Read the section "Args" of a docstring."""
    _, _, rest = docstring.partition("\nArgs:\n")
    section = re.split(r"^\S", rest, maxsplit=1, flags=re.M)[0]
    entries = re.split(r"^    (?=\w+:)", section, flags=re.M)
    pairs = (entry.split(":", 1) for entry in entries if ":" in entry)
    return {name: " ".join(meaning.split()) for name, meaning in pairs}


def _episodes(env_id: str, arguments: Mapping[str, Any]) -> str:
    """Play a problem of an id rightly and wrongly, and show what was said."""
    env = gym.make(env_id, render_mode="ansi", **arguments)
    inner = env.unwrapped
    assert isinstance(inner, TextEnv)
    env.reset(seed=0, options={"problem": 0})
    right = right_answer(inner.problem)
    wrong = _wrong_answer(inner)
    if isinstance(inner, StepEnv):
        steps = [line for line in right.splitlines() if line.strip()]
        plays = [steps, [*steps[: int(len(steps) > 2)], wrong]]
    else:
        is_single = isinstance(inner, ReasoningEnv) and inner.max_attempts == 1
        plays = [[right], [wrong]] if is_single else [[wrong, right]]
    shown = [_play(env, actions) for actions in plays]
    env.close()
    return f"### `{env_id}`\n\n" + "\n\n".join(shown)


def _wrong_answer(env: TextEnv) -> str:
    """Write an answer that is wrong, and right for another problem where that can be."""
    own = env.problem
    for index in range(1, min(_MAX_OTHERS, env.num_problems)):
        answer = right_answer(env.task.problem(index, env.split))
        line = answer.splitlines()[-1]
        answer = line if line.startswith("A:") else answer
        verdict = env.verifier.verify(answer, own)
        if not verdict.correct and verdict.score < _MAX_WRONG_SCORE:
            return answer
    return "A: I do not know."


def _play(env: gym.Env[str, str], actions: Iterable[str]) -> str:
    env.reset(seed=0, options={"problem": 0})
    total = 0.0
    for action in actions:
        _, reward, terminated, truncated, _ = env.step(action)
        total += float(reward)
        if terminated or truncated:
            break
    rendered = str(env.render())
    fence = "````" if "```" in rendered else "```"
    return f"{fence}text\n{rendered}\n{fence}\n\nEarned in all: {total:g}."
