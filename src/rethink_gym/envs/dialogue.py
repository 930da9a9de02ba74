"""Renders a dialogue with its verdicts as plain text for people."""

from collections.abc import Sequence

from rethink_gym.conversation import Conversation, Role
from rethink_gym.verdict import Reason, Verdict

__all__ = ["render_dialogue"]


def render_dialogue(
    title: str,
    conversation: Conversation,
    verdicts: Sequence[Verdict | None],
    noun: str = "attempt",
) -> str:
    """Render a dialogue as plain text, each attempt followed by its verdict.

    Args:
        title: What the dialogue is about, such as the id of the problem.
        conversation: The messages, the newest last.
        verdicts: The verdict on each message of the assistant, in order; None for a
            message that was not verified, such as a request for a hint.
        noun: What a message of the assistant is called: ``"attempt"`` or ``"step"``.

    Returns:
        Several lines of text, such as::

            ── math/level1/test/3 ──
            user
              Compute 2+2.
            assistant, attempt 1
              A: 5
              ✗ different
    """
    lines = [f"── {title} ──"]
    remaining_verdicts = iter(verdicts)
    number = 0
    for message in conversation:
        if message.role is not Role.ASSISTANT:
            lines += [message.role.value, _indent(message.content)]
            continue
        verdict = next(remaining_verdicts, None)
        if verdict is None:
            lines += [message.role.value, _indent(message.content)]
            continue
        number += 1
        lines += [f"{message.role.value}, {noun} {number}", _indent(message.content)]
        # Only the final answer of a solution in steps has a verdict that accepts or rejects.
        is_open = noun == "step" and verdict.reason is Reason.NO_ANSWER
        lines.append(_indent(_step_mark(verdict) if is_open else _verdict_mark(verdict)))
    return "\n".join(lines)


def _verdict_mark(verdict: Verdict) -> str:
    word = "✓ correct" if verdict.correct else f"✗ {verdict.reason.value.replace('_', ' ')}"
    score = "" if verdict.score == float(verdict.correct) else f", score {verdict.score:g}"
    # Without the detail: it contains the gold answer, and there may be another attempt.
    return f"{word}{score}"


def _step_mark(verdict: Verdict) -> str:
    score = verdict.steps[-1].score if verdict.steps else None
    return "· not checked" if score is None else f"· score {score:g}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines() or [""])
