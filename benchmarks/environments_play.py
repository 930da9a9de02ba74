"""Play the environments of one library, in a process of its own.

``benchmarks/environments.py`` runs this with the interpreter that has the library. It imports
nothing else, so that it also runs without rethink-gym, and prints CPU figures as JSON. Half
of the answers are correct wherever the library gives access to the answer. The others are
numbers of the size of sums, in turn.
"""

import contextlib
import io
import itertools
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

Play = Callable[[], int]
"""Plays a short while; returns the number of episodes, steps or made environments."""

SIZES = (8, 64)
WRONG = range(-40, 41)
"""Incorrect answers, of the size of sums."""


def main() -> None:
    """Measure one library, with the given number of CPU seconds for each figure."""
    library, seconds = sys.argv[1], float(sys.argv[2])
    with contextlib.redirect_stdout(io.StringIO()):  # some print a greeting
        plays = LIBRARIES[library]()
        figures = {name: rate(play, seconds) for name, play in plays.items()}
    print(json.dumps(figures))


def rate(play: Play, seconds: float) -> float:
    """Return how much is played per CPU second, with warm caches."""
    play()
    count = 0
    started = time.process_time()
    while (spent := time.process_time() - started) < seconds:
        count += play()
    return count / spent


def rethink_gym() -> dict[str, Play]:
    """Our own environments, and the drawing of every generated problem."""
    import gymnasium as gym

    import rethink_gym as package
    from rethink_gym.envs.registry import task_defaults

    assert package
    plays: dict[str, Play] = {}
    for env_id in ("Arithmetic-v0", "MathSelfCorrect-v0"):
        plays |= gymnasium_plays(
            env_id, lambda env: f"A: {env.problem.gold}", wrong="A: %d", mode="vector_entry_point"
        )
    plays["CountdownSteps-v0: steps alone"] = moves(gym.make("CountdownSteps-v0"))
    for spec in sorted(gym.registry.values(), key=lambda spec: spec.id):
        is_ours = str(spec.entry_point).startswith("rethink_gym.")
        if is_ours and "data" not in task_defaults(spec.kwargs["task"]):
            plays[f"{spec.id}: make"] = making(gym, spec.id)
            if spec.kwargs.keys() == {"task"}:
                plays[f"{spec.id}: problems"] = drawing(gym, spec.id)
    return plays


def gymnasium_plays(
    env_id: str, right: Callable[[Any], str], *, wrong: str, mode: str
) -> dict[str, Play]:
    """Measure a registered id: made, alone, and vectorised as it is by default."""
    import gymnasium as gym

    plays = {f"{env_id}: make": making(gym, env_id)}
    env = gym.make(env_id)
    inner = env.unwrapped
    env.reset(seed=0)
    is_correct = itertools.cycle((True, False))
    others = itertools.cycle([wrong % number for number in WRONG])

    def play_alone() -> int:
        for _ in range(100):
            env.reset()
            is_over = False
            while not is_over:
                step = env.step(right(inner) if next(is_correct) else next(others))
                is_over = step[2] or step[3]
        return 100

    plays[f"{env_id}: episodes alone"] = play_alone
    for size in SIZES:
        envs: Any = gym.make_vec(env_id, num_envs=size, vectorization_mode=mode)
        envs.reset(seed=0)
        correct = [right(each.unwrapped) for each in envs.envs]
        actions = [
            tuple(correct[index] if index % 2 else next(others) for index in range(size))
            for _ in WRONG
        ]
        plays |= stepping(env_id, envs, actions, size)
    return plays


def moves(env: Any) -> Play:
    """Play Countdown move by move, as the worked solutions do."""
    inner = env.unwrapped

    def play() -> int:
        num_steps = 0
        for _ in range(10):
            env.reset()
            for move in inner.problem.solution.split("\n"):
                step = env.step(move)
                num_steps += 1
                if step[2]:
                    break
        return num_steps

    return play


def stepping(
    env_id: str, envs: Any, actions: Sequence[tuple[str, ...]], size: int
) -> dict[str, Play]:
    """Step a vector environment; answers to the first episodes are incorrect later."""
    turns = itertools.cycle(actions)

    def play_steps() -> int:
        for _ in range(20):
            envs.step(next(turns))
        return 20 * size

    def play_episodes() -> int:
        num_over = 0
        for _ in range(20):
            step = envs.step(next(turns))
            num_over += sum(map(bool, step[2]))  # these environments never truncate an episode
        return num_over

    return {
        f"{env_id}: steps of {size}": play_steps,
        f"{env_id}: episodes of {size}": play_episodes,
    }


def making(gym: Any, env_id: str) -> Play:
    """Make an environment again and again."""

    def play() -> int:
        for _ in range(50):
            gym.make(env_id)
        return 50

    return play


def drawing(gym: Any, env_id: str) -> Play:
    """Draw one problem after the other."""
    task = gym.make(env_id).unwrapped.task
    indices = itertools.count()

    def play() -> int:
        for _ in range(20):
            task.problem(next(indices) % 1_000_000, "train")
        return 20

    return play


def gymnasium() -> dict[str, Play]:
    """A minimal text environment: add two numbers, with Gymnasium's space of texts."""
    import string

    import gymnasium as gym
    from gymnasium.spaces import Text

    class Add(gym.Env[str, str]):
        observation_space = Text(100, min_length=0, charset=string.printable)
        action_space = Text(100, min_length=0, charset=string.printable)

        def reset(
            self, *, seed: int | None = None, options: dict[str, Any] | None = None
        ) -> tuple[str, dict[str, Any]]:
            super().reset(seed=seed)
            one, other = self.np_random.integers(100, size=2)
            self.gold = str(one + other)
            return f"Compute {one}+{other}.", {}

        def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
            return "", float(action == self.gold), True, False, {}

    gym.register("Add-v0", lambda **_: Add())
    return gymnasium_plays("Add-v0", lambda env: str(env.gold), wrong="%d", mode="sync")


def reasoning_gym() -> dict[str, Play]:
    """Its sums. It has no environments, so an episode is one item drawn and one answer scored."""
    from reasoning_gym import create_dataset  # type: ignore[import-not-found]  # in its own venv

    items = create_dataset("chain_sum", size=1_000_000, seed=1)
    indices = itertools.count()
    is_correct = itertools.cycle((True, False))
    others = itertools.cycle(list(map(str, WRONG)))

    def play_alone() -> int:
        for _ in range(100):
            item = items[next(indices)]
            items.score_answer(item["answer"] if next(is_correct) else next(others), item)
        return 100

    def make() -> int:
        for _ in range(50):
            create_dataset("chain_sum", size=1_000_000, seed=1)
        return 50

    return {"chain_sum: make": make, "chain_sum: episodes alone": play_alone}


def gem() -> dict[str, Play]:
    """The sums of reasoning-gym as environments of GEM."""
    from gem import make, make_vec  # type: ignore[import-not-found]  # in its own venv

    env = make("rg:chain_sum")
    is_correct = itertools.cycle((True, False))
    others = itertools.cycle(list(map(str, WRONG)))

    def play_alone() -> int:
        for _ in range(100):
            env.reset()
            env.step(f"\\boxed{{{env.data['answer'] if next(is_correct) else next(others)}}}")
        return 100

    def make_many() -> int:
        for _ in range(50):
            make("rg:chain_sum")
        return 50

    plays = {"rg:chain_sum: make": make_many, "rg:chain_sum: episodes alone": play_alone}
    for size in SIZES:
        envs = make_vec(["rg:chain_sum"] * size)
        envs.reset()
        actions = [tuple(f"\\boxed{{{next(others)}}}" for _ in range(size)) for _ in WRONG]
        plays |= stepping("rg:chain_sum", envs, actions, size)
    return plays


def textarena() -> dict[str, Play]:
    """Its two games of numbers, as made by default and without wrappers."""
    import textarena as ta  # type: ignore[import-not-found]  # in its own venv

    plays: dict[str, Play] = {}
    for env_id, action in (("Countdown-v0", "[0 1 +]"), ("GuessTheNumber-v0", "[5]")):
        for suffix in ("", "-raw"):
            name = f"{env_id}{suffix}"
            plays[f"{name}: make"] = making(ta, name)
            plays[f"{name}: steps alone"] = game(ta.make(name), action)
    return plays


def game(env: Any, action: str) -> Play:
    """Play a game for one player, always with the same action."""

    def play() -> int:
        num_steps = 0
        for _ in range(10):
            env.reset(num_players=1)
            is_over = False
            while not is_over:
                env.get_observation()
                is_over, _ = env.step(action)
                num_steps += 1
        return num_steps

    return play


LIBRARIES = {
    "rethink-gym": rethink_gym,
    "gymnasium": gymnasium,
    "reasoning-gym": reasoning_gym,
    "gem": gem,
    "textarena": textarena,
}

if __name__ == "__main__":
    main()
