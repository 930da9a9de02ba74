"""Made-up episodes."""

from collections.abc import Sequence

from rethink_gym.conversation import Completion
from rethink_gym.episode import Episode, Turn
from rethink_gym.verdict import Reason, Verdict

__all__ = ["make_episode"]


def make_episode(answers: Sequence[str | None], problem_id: str = "made/up/0") -> Episode:
    """Make an episode from its answers: 7 is correct, None is a message without an answer."""
    return Episode(problem_id, tuple(map(_turn, answers)))


def _turn(answer: str | None) -> Turn:
    if answer is None:
        verdict = Verdict(0.0, False, Reason.NO_ANSWER)
    elif answer == "7":
        verdict = Verdict(1.0, True, Reason.EQUAL, answer)
    else:
        verdict = Verdict(0.0, False, Reason.DIFFERENT, answer)
    text = "pass" if answer is None else f"A: {answer}"
    return Turn("3+4=?", Completion(text), verdict.score, False, False, verdict)
