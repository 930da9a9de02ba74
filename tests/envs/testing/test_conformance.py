"""The promise of the conformance suite: it lets good environments pass, and finds bad ones out."""

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
    """Accepts every answer in which the gold answer stands somewhere, as many graders do."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = problem.gold in answer
        return Verdict(float(correct), correct, Reason.EQUAL if correct else Reason.DIFFERENT)


class Truthy(MathVerifier):
    """Accepts whatever is not empty, as ``bool(answer) == bool("False")`` does."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = bool(answer.strip())
        return Verdict(float(correct), correct, Reason.EQUAL if correct else Reason.DIFFERENT)


class Stubborn(MathVerifier):
    """Accepts nothing."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        return Verdict(0.0, False, Reason.DIFFERENT)


class Miscounting(Arithmetic):
    """Has worked solutions that end in something else than the gold answer."""

    def problem(self, index: int, split: str) -> Problem:
        drawn = super().problem(index, split)
        return Problem(drawn.id, drawn.prompt, drawn.gold, f"1+1=3\nA: {drawn.gold}1")


class Overlapping(Arithmetic):
    """Draws its test problems with other numbers, and from all questions."""

    def problem(self, index: int, split: str) -> Problem:
        drawn = super().problem(index % 150, "train")
        return Problem(f"overlap/{split}/{index}", drawn.prompt, drawn.gold, drawn.solution)


class Reasoning(ReasoningEnv):
    """A good environment, to be spoilt; without the quick ways that a spoilt one goes round."""

    def __init__(self, **options: Any) -> None:
        super().__init__(options.pop("task", None) or MathMix(), **{"max_attempts": 2} | options)


class GlobalChance(Reasoning):
    """Draws problems from the generator that all share, seeded as it is reset."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        if seed is not None:
            random.seed(seed)
        super().reset(seed=seed)
        return super().reset(options={"problem": random.randrange(1000)})


class UnseededChance(Reasoning):
    """Draws all problems but the first from the shared generator, and never seeds it."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        if seed is not None:
            return super().reset(seed=seed, options=options)
        return super().reset(options={"problem": int(np.random.randint(1000))})


class DeafToSeeds(Reasoning):
    """Seeds its generator, and begins with the same problem whatever the seed is."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        return super().reset(options={"problem": 3})


class SharedCounter(Reasoning):
    """Counts the resets of all environments together, and tells."""

    counter: ClassVar = itertools.count()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        if seed is not None:
            type(self).counter = itertools.count()
        observation, info = super().reset(seed=seed, options=options)
        return observation, {**info, "resets": next(self.counter)}


class Stale(Reasoning):
    """Shows what was said in the episodes before, too."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        said = "".join(message.content for message in self.conversation)
        observation, info = super().reset(seed=seed, options=options)
        return f"{said}{observation}"[-self.max_chars :], info


class Clocked(Reasoning):
    """Puts into the info what differs from run to run."""

    ticks: ClassVar = itertools.count()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        *rest, info = super().step(action)
        return (*rest, {**info, "tick": next(self.ticks)})  # type: ignore[return-value]


class Locked(Reasoning):
    """Holds what cannot be copied."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lock = threading.Lock()


class Forgetful(Reasoning):
    """Leaves the verdicts out of its state."""

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "verdicts": []}


class Opaque(Reasoning):
    """Has a state that is no JSON."""

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
    """Says what is in none of its observation spaces."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.observation_space = Text(10)


def pays_detours(verdicts: tuple[Verdict, ...]) -> float:
    """Pay for repairs more than for being right."""
    is_repaired = len(verdicts) > 1 and verdicts[-1].correct and not verdicts[-2].correct
    return 3.0 * is_repaired + verdicts[-1].score


BAD: dict[str, tuple[Callable[[], gym.Env[str, str]], str, str]] = {
    "warnings": (Chatty, "api", "check_env says UserWarning: the data set may be out of date"),
    "a wrong space": (Outside, "api", "check_env says AssertionError.*observation"),
    "global chance, seeded": (GlobalChance, "isolation", "while another environment was reset"),
    "global chance": (UnseededChance, "seeds", "two environments, equal seeds and actions"),
    "seeds ignored": (DeafToSeeds, "seeds", "20 seeds begin with the same observation"),
    "a counter shared": (SharedCounter, "isolation", "while another environment"),
    "timings in the info": (Clocked, "api", "check_env says AssertionError"),
    "stale episodes": (Stale, "fresh episodes", "after three other episodes"),
    "gold refused": (
        lambda: Reasoning(verifier=Stubborn()),
        "right answers",
        "the right answer .* scores 0",
    ),
    "a worked solution that is wrong": (
        lambda: Reasoning(task=Miscounting()),
        "right answers",
        r"the right answer '1\+1=3.*' to arithmetic/train/\d+ scores 0",
    ),
    "hedges accepted": (
        lambda: Reasoning(verifier=Lenient()),
        "bad answers",
        "scores 1 and earns 1",
    ),
    "anything accepted": (lambda: Reasoning(verifier=Truthy()), "bad answers", "answer line"),
    "detours paid": (
        lambda: Reasoning(reward=pays_detours),
        "detours",
        "right at once earns 2 at .*, wrong first 4",
    ),
    "splits that overlap": (
        lambda: Reasoning(task=Overlapping()),
        "splits",
        r"\d+ questions stand both in 'train' and in 'validation', such as",
    ),
    "no copies": (Locked, "copies", "deepcopy says .*cannot pickle"),
    "a state with holes": (Forgetful, "state", "after 1 steps"),
    "a state that is no JSON": (Opaque, "state", "a round trip says TypeError"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_environment_is_found_out(bad: str) -> None:
    make, promise, message = BAD[bad]
    with pytest.raises(ConformanceError, match=message) as caught:
        check_text_env(make(), num_samples=NUM_SAMPLES)
    assert caught.value.promise == promise
    assert f"breaks the promise {promise!r}" in str(caught.value)


def test_what_is_spoilt_is_good_by_itself() -> None:
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
    """A small environment of somebody else, which knows nothing of ours."""

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


def test_an_environment_of_somebody_else_is_checked_for_what_it_can_give() -> None:
    check_text_env(Echo())
    with pytest.raises(ArgumentError, match="promises must be what Echo can give, got 'splits'"):
        check_text_env(Echo(), promises=["splits"])


def test_only_the_promises_that_are_named_are_checked() -> None:
    check_text_env(Outside(), promises=["splits", "right answers"], num_samples=NUM_SAMPLES)
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
    with pytest.raises(ConformanceError, match="'spec': a round trip says") as caught:
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
    """Pays a quarter for good will."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = answer == problem.solution
        return Verdict(1.0 if correct else 0.25, correct, Reason.DIFFERENT)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "generous"}


def test_the_shared_generators_are_left_as_they_were() -> None:
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


def test_the_promises_are_told_in_words() -> None:
    assert all(words.endswith(".") for words in PROMISES.values())
    assert json.dumps(dict(PROMISES))
    assert issubclass(Overlapping, Task)
