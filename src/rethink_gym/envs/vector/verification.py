"""Batched verification: the questions of many environments, one batch per verifier."""

import time
from collections.abc import Sequence

from rethink_gym.envs.text_env import Question, TextEnv
from rethink_gym.verdict import Verdict

__all__ = ["BatchVerification"]

_SLOW_S = 0.002
"""A batch of a verifier that takes longer than this many seconds gets a thread of its own."""

_MAX_THREADS = 16


class BatchVerification:
    """Give the questions of each verifier to its `Verifier.verify_batch` at once.

    A verifier runs in a thread of its own if its last batch was slow, or if this is its
    first batch. So programs that run for seconds do not delay the verifiers that take
    microseconds. A single verifier runs without threads. The verdicts do not depend on
    any of this.
    """

    def __init__(self) -> None:
        self._fast: set[int] = set()  # ids of verifiers whose last batch was fast

    def verify_actions(
        self, envs: Sequence[TextEnv], actions: Sequence[str], starting: Sequence[bool]
    ) -> list[Verdict | None]:
        """Check and verify one action for each environment.

        Args:
            envs: The environments; they are not changed.
            actions: The actions.
            starting: Whether each environment starts an episode now, so that its action is
                ignored.

        Returns:
            The verdict that `TextEnv.advance` of each environment takes; None if it asks
            for none, or ignores its action.

        Raises:
            ActionError: If an action is not a text or too long; then none was verified.
            ResetNeededError: If an environment has no running episode.
            VerifierError: If a verifier has a bug or lost its worker.
        """
        questions: list[Question | None] = []
        for env, action, starts in zip(envs, actions, starting, strict=True):
            if starts:
                questions.append(None)
            else:
                env.check_action(action)
                questions.append(env.question(action))
        return self.verify(questions)

    def verify(self, questions: Sequence[Question | None]) -> list[Verdict | None]:
        """Verify answers, grouped by their verifiers.

        Args:
            questions: Verifier, answer and problem of each; None where there is nothing
                to verify.

        Returns:
            The verdict on each answer, in the same order; None where there is no question.

        Raises:
            VerifierError: If a verifier has a bug or lost its worker.
        """
        asked = [question for question in questions if question is not None]
        verifiers = [question.verifier for question in asked]
        # Nearly always there is one verifier, and every environment has a question.
        if verifiers and verifiers.count(verifiers[0]) == len(questions):
            return list(_verify_batch(asked))
        indices: dict[int, list[int]] = {}
        batches: dict[int, list[Question]] = {}
        for index, question in enumerate(questions):
            if question is not None:
                verifier = id(question.verifier)
                indices.setdefault(verifier, []).append(index)
                batches.setdefault(verifier, []).append(question)
        verdicts: list[Verdict | None] = [None] * len(questions)
        results = self._verify_batches(list(batches.values()))
        for own_indices, own_verdicts in zip(indices.values(), results, strict=True):
            for index, verdict in zip(own_indices, own_verdicts, strict=True):
                verdicts[index] = verdict
        return verdicts

    def _verify_batches(self, batches: Sequence[Sequence[Question]]) -> list[list[Verdict]]:
        """Verify one batch per verifier, those of slow verifiers in threads."""
        if len(batches) < 2:
            return list(map(_verify_batch, batches))
        is_slow = [id(batch[0].verifier) not in self._fast for batch in batches]
        if not any(is_slow):
            return list(map(self._verify_and_time, batches))
        from concurrent.futures import Future, ThreadPoolExecutor

        results: list[list[Verdict]] = [[] for _ in batches]
        with ThreadPoolExecutor(min(sum(is_slow), _MAX_THREADS)) as threads:
            # All slow batches start before the first fast one is verified here.
            futures: dict[int, Future[list[Verdict]]] = {
                index: threads.submit(self._verify_and_time, batches[index])
                for index, slow in enumerate(is_slow)
                if slow
            }
            for index, slow in enumerate(is_slow):
                if not slow:
                    results[index] = self._verify_and_time(batches[index])
        for index, future in futures.items():
            results[index] = future.result()
        return results

    def _verify_and_time(self, batch: Sequence[Question]) -> list[Verdict]:
        """Verify a batch, and remember whether its verifier was slow."""
        started = time.perf_counter()
        verdicts = _verify_batch(batch)
        verifier = id(batch[0].verifier)
        if time.perf_counter() - started > _SLOW_S:
            self._fast.discard(verifier)
        else:
            self._fast.add(verifier)
        return verdicts


def _verify_batch(batch: Sequence[Question]) -> list[Verdict]:
    _, answers, problems = zip(*batch, strict=True)
    return batch[0].verifier.verify_batch(answers, problems)
