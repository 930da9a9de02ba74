"""The promises of batched verification: one batch per verifier, slow ones side by side."""

import threading
import time
from collections.abc import Sequence
from functools import partial

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import SyncVectorEnv

from rethink_gym.envs import ReasoningEnv, TextVectorEnv
from rethink_gym.envs.tasks import MathMix
from rethink_gym.envs.text_env import Question
from rethink_gym.envs.vector.verification import BatchVerification
from rethink_gym.errors import VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.math.verifier import MathVerifier

MATH = MathMix()


class CountingVerifier(MathVerifier):
    """Records the size of each batch."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        self.batches.append(len(answers))
        return super().verify_batch(answers, problems)


def test_verdicts_are_in_the_order_of_the_questions() -> None:
    first, second = CountingVerifier(), CountingVerifier()
    problem = Problem("sums/0", "Compute 2+2.", "4")
    questions = [
        Question(first, "A: 4", problem),
        None,
        Question(second, "A: 5", problem),
        Question(first, "A: 6", problem),
    ]
    verification = BatchVerification()
    for _ in range(2):  # with threads, since nothing is known of the verifiers; then without
        verdicts = verification.verify(questions)
        answers = [None if verdict is None else verdict.answer for verdict in verdicts]
        assert answers == ["4", None, "5", "6"]
    assert (first.batches, second.batches) == ([2, 2], [1, 1])
    assert BatchVerification().verify([None, None]) == [None, None]
    assert BatchVerification().verify([]) == []


def test_attempts_are_verified_in_one_batch_per_verifier() -> None:
    shared, other = CountingVerifier(), CountingVerifier()
    verifiers = [shared, other, shared, shared]
    env = TextVectorEnv(
        [partial(ReasoningEnv, MathMix(), verifier=verifier) for verifier in verifiers]
    )
    env.reset(seed=0)
    env.step(("A: 1",) * 4)
    env.step(("ignored, since all of them start an episode",) * 4)
    env.step(("A: 1",) * 4)
    assert shared.batches == [3, 3]
    assert other.batches == [1, 1]


class MeetingVerifier(MathVerifier):
    """Waits until another verifier of its kind is verifying, too."""

    def __init__(self, meeting: threading.Barrier) -> None:
        super().__init__()
        self.meeting = meeting

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        self.meeting.wait(timeout=30)
        time.sleep(0.01)  # otherwise it would not count as slow
        return super().verify_batch(answers, problems)


def test_slow_verifiers_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2)
    first, second, fast = MeetingVerifier(meeting), MeetingVerifier(meeting), MathVerifier()
    env = TextVectorEnv(
        [partial(ReasoningEnv, MATH, verifier=each, max_attempts=9)
         for each in (first, fast, second)]
    )  # fmt: skip
    alone = SyncVectorEnv([partial(ReasoningEnv, MATH, max_attempts=9)] * 3)
    env.reset(seed=0)
    alone.reset(seed=0)
    for _ in range(3):
        actions = tuple(f"A: {each.problem.gold}" for each in env.envs)
        assert data_equivalence(env.step(actions), alone.step(actions), exact=True)


class BrokenVerifier(MathVerifier):
    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        raise VerifierError("the worker is lost")


@pytest.mark.parametrize("num_others", [0, 1, 3])
def test_an_error_of_a_verifier_is_raised_and_no_action_is_played(num_others: int) -> None:
    others = [partial(ReasoningEnv, MATH, max_attempts=2)] * num_others
    env = TextVectorEnv([partial(ReasoningEnv, MATH, verifier=BrokenVerifier()), *others])
    env.reset(seed=0)
    with pytest.raises(VerifierError, match="the worker is lost"):
        env.step(("A: 1",) * (num_others + 1))
    assert not any(each.verdicts for each in env.envs)


def test_step_environments_of_one_make_share_a_batch() -> None:
    env = gym.make_vec("MathSteps-v0", num_envs=4)
    assert isinstance(env, TextVectorEnv)
    env.reset(seed=0)
    questions = [each.question("1+1=2") for each in env.envs]
    assert len({id(question.verifier) for question in questions if question}) == 1
