"""Graders that ask a judge for a number or for a label."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.grader import (
    TOOL,
    Grader,
    RawScore,
    check_number,
    check_text,
)
from rethink_gym.verifiers.graders.judge import Judge, ask_judge, check_judge
from rethink_gym.verifiers.graders.judge_reply import read_label, read_score
from rethink_gym.verifiers.graders.template import Context, parse_template

__all__ = ["LabelModel", "ModelGrader", "ScoreModel"]

_ROLES = ("user", "assistant", "system", "developer")


@dataclass(frozen=True, kw_only=True)
class ModelGrader(Grader):
    """Base class of the graders that ask a judge.

    The judge gets the messages with their templates filled, followed by `instruction`.

    Attributes:
        model: Name of the model; it selects the judge if there are several.
        input: Messages, each with ``role`` and ``content``.
        sampling_params: Sampling parameters of the named model. They are stored but not
            applied; the judge uses its own.
        judge: The judge.

    Raises:
        ArgumentError: If ``model`` is not a text, ``input`` is not a list of messages with
            valid templates, or ``sampling_params`` is not a mapping.
    """

    model: str
    input: Sequence[Mapping[str, Any]]
    sampling_params: Mapping[str, Any] | None = None
    judge: Judge | None = field(default=None, repr=False, compare=False, metadata=TOOL)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("model", self.model)
        if not isinstance(self.input, list | tuple) or not self.input:
            raise argument_error("input", "one or more messages", self.input)
        for message in self.input:
            if not isinstance(message, Mapping) or "content" not in message:
                raise argument_error("message of input", "role and content by name", message)
            check_choice("role", message.get("role"), _ROLES)
            if not isinstance(message["content"], str | Mapping | list | tuple):
                raise argument_error("content", "a text, a part, or a list", message["content"])
            _map_texts(
                message["content"], lambda text: check_text("content", text, is_template=True)
            )
        if not isinstance(self.sampling_params, Mapping | None):
            raise argument_error("sampling_params", "values by name", self.sampling_params)

    @property
    @abstractmethod
    def instruction(self) -> str:
        """Instruction to the judge about the format of its reply."""

    def check_ready(self) -> None:
        """Check that the judge is given and can read the messages.

        Raises:
            ArgumentError: If the judge is missing or cannot read the messages.
        """
        check_judge(self.judge, self.model, self.input)

    def ask(self, context: Context) -> str:
        """Ask the judge about one sample.

        Args:
            context: The item and the sample, for the templates.

        Returns:
            The judge's reply.

        Raises:
            Failure: If a template uses a missing variable, or the judge fails.
        """
        messages: list[dict[str, Any]] = [
            {
                "role": message["role"],
                "content": _map_texts(
                    message["content"], lambda text: parse_template(text).fill(context)
                ),
            }
            for message in self.input
        ]
        last = messages[-1]
        if last["role"] == "user" and isinstance(last["content"], str):
            last["content"] += f"\n\n{self.instruction}"
        else:
            messages.append({"role": "user", "content": self.instruction})
        assert self.judge is not None  # as check_ready checked
        return ask_judge(self.judge, self.model, messages)


@dataclass(frozen=True, kw_only=True)
class ScoreModel(ModelGrader):
    """Asks a judge for a number.

    The number is clipped to the range and scaled linearly to [0, 1]. An unreadable reply is a
    missing score.

    Attributes:
        range: Smallest and largest number; ``[0, 1]`` by default.

    Raises:
        ArgumentError: If ``range`` is not a smaller and a larger finite number, or another
            field has a value that is not allowed.
    """

    type: ClassVar[str] = "score_model"

    range: Sequence[float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.range is None:
            return
        if not (isinstance(self.range, list | tuple) and len(self.range) == 2):
            raise argument_error("range", "two numbers", self.range)
        low, high = (check_number("range", end) for end in self.range)
        if not 0 < high - low < float("inf"):
            raise argument_error("range", "a smaller and a larger number", self.range)

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest number."""
        if self.range is None:
            return (0.0, 1.0)
        low, high = self.range
        return (float(low), float(high))

    @property
    def instruction(self) -> str:
        """Instruction to reply with a JSON object that holds the number."""
        low, high = self.bounds
        return (
            'Answer with one JSON object: {"steps": [{"description": "...", "conclusion": '
            f'"..."}}], "result": NUMBER}}, where NUMBER is from {low:g} to {high:g}.'
        )

    def score_context(self, context: Context) -> RawScore:
        """Ask the judge for the number."""
        reply = self.ask(context)
        score = read_score(reply)
        if score is None:
            raise _unreadable(reply)
        return RawScore(score, f"the judge replied {score:g}")


@dataclass(frozen=True, kw_only=True)
class LabelModel(ModelGrader):
    """Asks a judge for a label; a passing label scores 1, any other 0.

    Attributes:
        labels: The labels to choose from.
        passing_labels: The labels that score 1.

    Raises:
        ArgumentError: If ``labels`` is not a list of texts, ``passing_labels`` is not a
            part of it, or another field has a value that is not allowed.
    """

    type: ClassVar[str] = "label_model"

    labels: Sequence[str]
    passing_labels: Sequence[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, labels in (("labels", self.labels), ("passing_labels", self.passing_labels)):
            if not (isinstance(labels, list | tuple) and all(isinstance(x, str) for x in labels)):
                raise argument_error(name, "a list of texts", labels)
        if not self.labels:
            raise argument_error("labels", "one or more texts", self.labels)
        for label in self.passing_labels:
            check_choice("passing label", label, self.labels)

    @property
    def instruction(self) -> str:
        """Instruction to reply with a JSON object that holds the label."""
        labels = ", ".join(f'"{label}"' for label in self.labels)
        return (
            'Answer with one JSON object: {"steps": [{"description": "...", "conclusion": '
            f'"..."}}], "result": LABEL}}, where LABEL is one of {labels}.'
        )

    def score_context(self, context: Context) -> RawScore:
        """Ask the judge for the label."""
        reply = self.ask(context)
        label = read_label(reply, self.labels)
        if label is None:
            raise _unreadable(reply)
        return RawScore(float(label in self.passing_labels), f"the judge replied {label}")


def _unreadable(reply: str) -> Failure:
    shown = reply if len(reply) <= 80 else f"...{reply[-77:]}"
    return Failure(
        ErrorKind.MODEL_GRADER_PARSE_ERROR, f"the reply of the judge cannot be read: {shown!r}"
    )


def _map_texts(content: Any, function: Any) -> Any:
    """Apply a function to every text of a message's content, except keys and types."""
    if isinstance(content, str):
        return function(content)
    if isinstance(content, list | tuple):
        return [_map_texts(part, function) for part in content]
    if isinstance(content, Mapping):
        return {
            name: value if name == "type" else _map_texts(value, function)
            for name, value in content.items()
        }
    return content
