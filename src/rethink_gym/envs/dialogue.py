"""Shows a dialogue and its verdicts to a person."""

from collections.abc import Sequence

from rethink_gym.conversation import Conversation, Role
from rethink_gym.verdict import Verdict

__all__ = ["render_dialogue"]


def render_dialogue(title: str, conversation: Conversation, verdicts: Sequence[Verdict]) -> str:
    """Lay out a dialogue as plain text, each attempt followed by its verdict.

    Args:
        title: What the dialogue is about, such as the id of the problem.
        conversation: What was said, the newest message last.
        verdicts: The judgements of the assistant's messages, in order.

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
    attempt = 0
    for message in conversation:
        if message.role is not Role.ASSISTANT:
            lines += [message.role.value, _indent(message.content)]
            continue
        attempt += 1
        lines += [f"{message.role.value}, attempt {attempt}", _indent(message.content)]
        verdict = next(judgements, None)
        if verdict is not None:
            lines.append(_indent(_mark(verdict)))
    return "\n".join(lines)


def _mark(verdict: Verdict) -> str:
    word = "✓ right" if verdict.correct else f"✗ {verdict.reason.value.replace('_', ' ')}"
    score = "" if verdict.score == float(verdict.correct) else f", score {verdict.score:g}"
    # The detail stays out: it names the gold answer, and there may be a next attempt.
    return f"{word}{score}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines() or [""])
