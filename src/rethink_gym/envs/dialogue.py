"""Shows a dialogue and its verdicts to a person."""

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
    """Lay out a dialogue as plain text, each attempt followed by its verdict.

    Args:
        title: What the dialogue is about, such as the id of the problem.
        conversation: What was said, the newest message last.
        verdicts: The judgements of the assistant's messages, in order; None for a
            message that was not judged, such as a request for a hint.
        noun: What a message of the assistant is.

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
    judgements = iter(verdicts)
    number = 0
    for message in conversation:
        if message.role is not Role.ASSISTANT:
            lines += [message.role.value, _indent(message.content)]
            continue
        verdict = next(judgements, None)
        if verdict is None:
            lines += [message.role.value, _indent(message.content)]
            continue
        number += 1
        lines += [f"{message.role.value}, {noun} {number}", _indent(message.content)]
        is_open = noun == "step" and verdict.reason is Reason.NO_ANSWER
        lines.append(_indent(_mark_step(verdict) if is_open else _mark(verdict)))
    return "\n".join(lines)


def _mark(verdict: Verdict) -> str:
    word = "✓ right" if verdict.correct else f"✗ {verdict.reason.value.replace('_', ' ')}"
    score = "" if verdict.score == float(verdict.correct) else f", score {verdict.score:g}"
    # The detail stays out: it names the gold answer, and there may be a next attempt.
    return f"{word}{score}"


def _mark_step(verdict: Verdict) -> str:
    score = verdict.steps[-1].score if verdict.steps else None
    return "· not checked" if score is None else f"· score {score:g}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines() or [""])
