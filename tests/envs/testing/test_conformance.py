"""The promise of the conformance suite: good environments pass, and bad ones fail."""

import itertools
import json
import pickle
import random
import threading
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Text
from gymnasium.wrappers import TimeLimit

from rethink_gym.envs import FreeText, ReasoningEnv, TextVectorEnv
from rethink_gym.envs.registry import make_vector_env
from rethink_gym.envs.tasks import Arithmetic, MathMix
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.testing import PROMISES, ConformanceError, check_text_env
from rethink_gym.errors import ArgumentError, RethinkError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import MathVerifier, Verifier

NUM_SAMPLES = 200


class Lenient(MathVerifier):
    """Accepts every answer that contains the gold answer, as many graders do."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = problem.gold in answer
        return Verdict(float(correct), correct, Reason.EQUAL if correct else Reason.DIFFERENT)


class Truthy(MathVerifier):
    """Accepts every answer that is not empty, as ``bool(answer) == bool("False")`` does."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = bool(answer.strip())
        return Verdict(float(correct), correct, Reason.EQUAL if correct else Reason.DIFFERENT)


class Stubborn(MathVerifier):
    """Accepts nothing."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        return Verdict(0.0, False, Reason.DIFFERENT)


class Miscounting(Arithmetic):
    """Has worked solutions that do not end in the gold answer."""

    def problem(self, index: int, split: str) -> Problem:
        drawn = super().problem(index, split)
        return Problem(drawn.id, drawn.prompt, drawn.gold, f"1+1=3\nA: {drawn.gold}1")


class Overlapping(Arithmetic):
    """Draws its test problems with other numbers, and from all questions."""

    def problem(self, index: int, split: str) -> Problem:
        drawn = super().problem(index % 150, "train")
        return Problem(f"overlap/{split}/{index}", drawn.prompt, drawn.gold, drawn.solution)


class Reasoning(ReasoningEnv):
    """A good environment, to derive bad ones from."""

    def __init__(self, **options: Any) -> None:
        super().__init__(options.pop("task", None) or MathMix(), **{"max_attempts": 2} | options)


class SeededGlobalGenerator(Reasoning):
    """Draws problems from the global generator, which every reset with a seed seeds."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        if seed is not None:
            random.seed(seed)
        super().reset(seed=seed)
        return super().reset(options={"problem": random.randrange(1000)})


class UnseededGlobalGenerator(Reasoning):
    """Draws all problems but the first from the global generator, and never seeds it."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        if seed is not None:
            return super().reset(seed=seed, options=options)
        return super().reset(options={"problem": int(np.random.randint(1000))})


class DeafToSeeds(Reasoning):
    """Seeds its generator, and starts with the same problem for any seed."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        return super().reset(options={"problem": 3})


class SharedCounter(Reasoning):
    """Counts the resets of all environments together, and shows the number in the info."""

    counter: ClassVar = itertools.count()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        if seed is not None:
            type(self).counter = itertools.count()
        observation, info = super().reset(seed=seed, options=options)
        return observation, {**info, "resets": next(self.counter)}


class Stale(Reasoning):
    """Shows the messages of the episode before, too."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        earlier = "".join(message.content for message in self.conversation)
        observation, info = super().reset(seed=seed, options=options)
        return f"{earlier}{observation}"[-self.max_chars :], info


class Clocked(Reasoning):
    """Puts values into the info that differ from run to run."""

    ticks: ClassVar = itertools.count()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        *rest, info = super().step(action)
        return (*rest, {**info, "tick": next(self.ticks)})  # type: ignore[return-value]


class Locked(Reasoning):
    """Has an attribute that cannot be copied."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lock = threading.Lock()


class Forgetful(Reasoning):
    """Leaves the verdicts out of its state."""

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "verdicts": []}


class Opaque(Reasoning):
    """Has a state that cannot be written as JSON."""

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "more": {1, 2}}


class Chatty(Reasoning):
    """Warns at every reset."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        warnings.warn("the data set may be out of date", UserWarning, stacklevel=1)
        return super().reset(seed=seed, options=options)


class Outside(Reasoning):
    """Returns observations that are not in its observation space."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.observation_space = Text(10)


def rewards_detours(verdicts: tuple[Verdict, ...]) -> float:
    """Reward a repair more than a correct first attempt."""
    is_repaired = len(verdicts) > 1 and verdicts[-1].correct and not verdicts[-2].correct
    return 3.0 * is_repaired + verdicts[-1].score


BAD: dict[str, tuple[Callable[[], gym.Env[str, str]], str, str]] = {
    "warnings": (Chatty, "api", "check_env raises UserWarning: the data set may be out of date"),
    "a wrong space": (Outside, "api", "check_env raises AssertionError.*observation"),
    "a global generator, seeded": (
        SeededGlobalGenerator,
        "isolation",
        "while another environment was reset",
    ),
    "a global generator": (
        UnseededGlobalGenerator,
        "seeds",
        "two environments, equal seeds and actions",
    ),
    "seeds ignored": (DeafToSeeds, "seeds", "20 seeds start with the same observation"),
    "a counter shared": (SharedCounter, "isolation", "while another environment"),
    "timings in the info": (Clocked, "api", "check_env raises AssertionError"),
    "stale episodes": (Stale, "fresh episodes", "after three other episodes"),
    "gold refused": (
        lambda: Reasoning(verifier=Stubborn()),
        "correct answers",
        "the correct answer .* scores 0",
    ),
    "an incorrect worked solution": (
        lambda: Reasoning(task=Miscounting()),
        "correct answers",
        r"the correct answer '1\+1=3.*' to arithmetic/train/\d+ scores 0",
    ),
    "hedges accepted": (
        lambda: Reasoning(verifier=Lenient()),
        "bad answers",
        "scores 1 with the return 1",
    ),
    "anything accepted": (lambda: Reasoning(verifier=Truthy()), "bad answers", "answer line"),
    "detours rewarded": (
        lambda: Reasoning(reward=rewards_detours),
        "detours",
        "the return is 2 for a correct first attempt, and 4 after an incorrect one",
    ),
    "splits that overlap": (
        lambda: Reasoning(task=Overlapping()),
        "splits",
        r"\d+ questions occur both in 'train' and in 'validation', such as",
    ),
    "no copies": (Locked, "copies", "deepcopy raises .*cannot pickle"),
    "a state with holes": (Forgetful, "state", "after 1 steps"),
    "a state that is not JSON": (Opaque, "state", "a round trip raises TypeError"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_environment_fails(bad: str) -> None:
    make, promise, message = BAD[bad]
    with pytest.raises(ConformanceError, match=message) as caught:
        check_text_env(make(), num_samples=NUM_SAMPLES)
    assert caught.value.promise == promise
    assert f"breaks the promise {promise!r}" in str(caught.value)


def test_the_base_of_the_bad_environments_is_good() -> None:
    check_text_env(Reasoning(), num_samples=NUM_SAMPLES)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ReasoningEnv(MathMix(level=3), max_attempts=3, reward="progress"),
        lambda: TimeLimit(ReasoningEnv(Arithmetic(), max_attempts=4), 3),
        lambda: gym.make("MathSelfCorrect-v0", feedback="verdict"),
    ],
)
def test_a_good_environment_passes_by_itself_and_in_wrappers(
    make: Callable[[], gym.Env[str, str]],
) -> None:
    check_text_env(make(), num_samples=NUM_SAMPLES)


class Echo(gym.Env[str, str]):
    """A small foreign environment, which uses nothing of this package but the space."""

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  # as in gym.Env
    observation_space = FreeText(100)
    action_space = FreeText(100)
    render_mode = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self.word = str(self.np_random.integers(1000))
        return f"Say {self.word}.", {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        return "", float(action == self.word), True, False, {}


def test_a_foreign_environment_is_checked_for_the_promises_that_apply() -> None:
    check_text_env(Echo())
    with pytest.raises(ArgumentError, match="those that apply to Echo, got 'splits'"):
        check_text_env(Echo(), promises=["splits"])


def test_only_the_promises_that_are_named_are_checked() -> None:
    check_text_env(Outside(), promises=["splits", "correct answers"], num_samples=NUM_SAMPLES)
    with pytest.raises(ArgumentError, match="Did you mean 'splits'"):
        check_text_env(Outside(), promises=["split"])


class OneByOne(TextVectorEnv):
    """A vector environment that forgets the last observation of a finished episode."""

    def step(self, actions: Any) -> Any:
        *rest, infos = super().step(actions)
        return (*rest, {key: value for key, value in infos.items() if "final" not in key})


def make_bad_vector(num_envs: int = 1, *, autoreset_mode: Any = "NextStep", **options: Any) -> Any:
    good = iter(make_vector_env(num_envs, **options).envs)
    return OneByOne([lambda: next(good)] * num_envs, autoreset_mode=autoreset_mode)


def test_what_a_registered_id_adds_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gym.envs.registration, "registry", dict(gym.registry))
    kwargs = {"task": "rethink_gym.envs.tasks.arithmetic:Arithmetic"}
    maker = "rethink_gym.envs.registry:make_env"
    gym.register("BadVector-v0", maker, kwargs=kwargs, vector_entry_point=make_bad_vector)
    with pytest.raises(ConformanceError, match="'vector': in the autoreset mode 'SameStep'"):
        check_text_env("BadVector-v0", promises=["vector"])
    gym.register("NoJson-v0", maker, kwargs={**kwargs, "verifier": MathVerifier()})
    with pytest.raises(ConformanceError, match="'spec': a round trip raises") as caught:
        check_text_env("NoJson-v0", num_samples=NUM_SAMPLES)
    assert caught.value.promise == "spec"
    with pytest.raises(ArgumentError, match="max_attempts must be a whole number"):
        check_text_env("NoJson-v0", max_attempts=0)


def test_a_poor_answer_may_be_allowed_to_score_a_little() -> None:
    env = Reasoning(verifier=Generous())
    with pytest.raises(ConformanceError, match=r"scores 0\.25"):
        check_text_env(env, promises=["bad answers"])
    check_text_env(env, promises=["bad answers"], max_bad_score=0.5)


class Generous(Verifier):
    """Scores incorrect answers with a quarter."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = answer == problem.solution
        return Verdict(1.0 if correct else 0.25, correct, Reason.DIFFERENT)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "generous"}


def test_the_global_generators_are_restored() -> None:
    random.seed(3)
    before = random.getstate()
    check_text_env("Math-v0", num_samples=NUM_SAMPLES)
    assert random.getstate() == before


def test_the_error_is_ours_and_an_assertion_and_pickles() -> None:
    error = ConformanceError("broken", "splits")
    assert isinstance(error, RethinkError)
    assert isinstance(error, AssertionError)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.promise) == ("broken", "splits")


@pytest.mark.parametrize(
    ("env", "arguments", "message"),
    [
        (7, {}, "env must be an environment or the id of one, got 7"),
        (Echo(), {"level": 1}, "env must be an id if arguments for it are given"),
        ("Math-v0", {"num_problems": 0}, "num_problems must be a whole number of at least 1"),
    ],
)
def test_a_bad_argument_is_refused(env: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        check_text_env(env, **arguments)


def test_the_promises_are_sentences() -> None:
    assert all(words.endswith(".") for words in PROMISES.values())
    assert json.dumps(dict(PROMISES))
    assert issubclass(Overlapping, Task)
