"""Has the questions of many environments judged, those of slow verifiers side by side."""

import time
from collections.abc import Sequence

from rethink_gym.envs.text_env import Question, TextEnv
from rethink_gym.verdict import Verdict

__all__ = ["Judging"]

_SLOW_S = 0.002
"""Wall-clock seconds of a batch for which a thread of its own is worth its cost."""

_MAX_THREADS = 16


class Judging:
    """Hands the questions of each verifier to it as one batch.

    A verifier whose last batch was slow, or of which nothing is known yet, is asked
    in a thread of its own while the others are asked, so that programs that run for
    seconds do not hold up what takes microseconds. The verdicts do not depend on it.
    A single verifier is asked without any thread.
    """

    def __init__(self) -> None:
        self._quick: set[int] = set()

    def judge(
        self, envs: Sequence[TextEnv], actions: Sequence[str], is_starting: Sequence[bool]
    ) -> list[Verdict | None]:
        """Judge the actions of environments.

        Args:
            envs: The environments.
            actions: One action each.
            is_starting: Which environments begin anew now, so that their actions are
                ignored.

        Returns:
            The verdict that each environment asks for; None if it asks for none.

        Raises:
            ActionError: If an action is no text or too long; then none was judged.
            ResetNeededError: If an environment has no episode that runs.
            VerifierError: If a verifier is broken.
        """
        verdicts: list[Verdict | None] = [None] * len(envs)
        playing = [place for place, starts in enumerate(is_starting) if not starts]
        if not playing:
            return verdicts
        for place in playing:
            envs[place].check_action(actions[place])
        judged = self._judge_all([envs[place].question(actions[place]) for place in playing])
        for place, verdict in zip(playing, judged, strict=True):
            verdicts[place] = verdict
        return verdicts

    def _judge_all(self, questions: Sequence[Question | None]) -> Sequence[Verdict | None]:
        """Return one verdict for each question that there is."""
        known = [question for question in questions if question is not None]
        verifiers = [question.verifier for question in known]
        if verifiers and verifiers.count(verifiers[0]) == len(questions):  # as nearly always
            return _ask(known)
        groups: dict[int, list[tuple[int, Question]]] = {}
        for place, question in enumerate(questions):
            if question is not None:
                groups.setdefault(id(question.verifier), []).append((place, question))
        judged = self._ask_all([[item[1] for item in group] for group in groups.values()])
        verdicts: list[Verdict | None] = [None] * len(questions)
        for group, found in zip(groups.values(), judged, strict=True):
            for (place, _), verdict in zip(group, found, strict=True):
                verdicts[place] = verdict
        return verdicts

    def _ask_all(self, groups: Sequence[Sequence[Question]]) -> list[list[Verdict]]:
        """Ask each verifier its group of questions."""
        if len(groups) < 2:
            return list(map(_ask, groups))
        is_slow = [id(group[0].verifier) not in self._quick for group in groups]
        if not any(is_slow):
            return list(map(self._ask_timed, groups))
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(sum(is_slow), _MAX_THREADS)) as threads:
            waited = [
                threads.submit(self._ask_timed, group) if slow else None
                for group, slow in zip(groups, is_slow, strict=True)
            ]
            here = [
                [] if slow else self._ask_timed(group)
                for group, slow in zip(groups, is_slow, strict=True)
            ]
        return [
            now if later is None else later.result()
            for now, later in zip(here, waited, strict=True)
        ]

    def _ask_timed(self, group: Sequence[Question]) -> list[Verdict]:
        """Ask, and remember whether it was slow."""
        started = time.perf_counter()
        verdicts = _ask(group)
        verifier = id(group[0].verifier)
        if time.perf_counter() - started > _SLOW_S:
            self._quick.discard(verifier)
        else:
            self._quick.add(verifier)
        return verdicts


def _ask(group: Sequence[Question]) -> list[Verdict]:
    _, answers, problems = zip(*group, strict=True)
    return group[0].verifier.verify_batch(answers, problems)
