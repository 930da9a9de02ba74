"""Compare the speed of our vector environment with that of Gymnasium's own.

``python benchmarks/vector_speed.py`` prints a table and writes
``results/vector_speed.json``. Both step the same environments with the same actions, half
of which are correct. Only the time inside ``step`` counts. It includes drawing the problems
of new episodes and verifying the answers. Runs of both are interleaved, and the fastest of
each counts, since other programs can only slow one down.
"""

import argparse
import time

import gymnasium as gym
from gymnasium.vector import SyncVectorEnv

from record import write_record
from rethink_gym.envs import TextVectorEnv
from rethink_gym.envs.tasks import Arithmetic, LinearEquation

KINDS = {"TextVectorEnv": "vector_entry_point", "SyncVectorEnv": "sync"}
NUM_PROBLEMS = 3_000


def steps_per_cpu_second(env: SyncVectorEnv | TextVectorEnv, num_steps: int) -> float:
    """Step an environment and return sub-environment steps per CPU second."""
    env.reset(seed=0)
    seconds = 0.0
    for _ in range(num_steps):
        actions = tuple(
            f"A: {problem.gold}" if index % 2 else "A: 123"
            for index, problem in enumerate(env.get_attr("problem"))
        )
        started = time.process_time()
        env.step(actions)
        seconds += time.process_time() - started
    return num_steps * env.num_envs / seconds


def problems_per_cpu_second() -> dict[str, float]:
    """Return the number of problems drawn per CPU second, for each generated task and split."""
    figures: dict[str, float] = {}
    for task in (Arithmetic(), LinearEquation()):
        for split in ("train", "test"):
            started = time.process_time()
            for index in range(NUM_PROBLEMS):
                task.problem(index, split)
            seconds = time.process_time() - started
            figures[f"{task.name}/{split}"] = round(NUM_PROBLEMS / seconds)
    return figures


def main() -> None:
    """Run all sizes, print the table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--env", default="MathSelfCorrect-v0")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--steps", type=int, default=20_000, help="sub-environment steps per run")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    figures: dict[str, object] = {}
    print(f"{arguments.env}, steps per CPU second")
    print(f"{'sub-environments':>16} {'TextVectorEnv':>14} {'SyncVectorEnv':>14} {'ratio':>6}")
    for size in arguments.sizes:
        rates = dict.fromkeys(KINDS, 0.0)
        for _ in range(arguments.rounds):
            for kind, mode in KINDS.items():
                env = gym.make_vec(arguments.env, num_envs=size, vectorization_mode=mode)
                assert isinstance(env, (SyncVectorEnv, TextVectorEnv))
                rate = steps_per_cpu_second(env, max(1, arguments.steps // size))
                rates[kind] = max(rates[kind], rate)
        ours, theirs = rates.values()
        print(f"{size:>16} {ours:>14,.0f} {theirs:>14,.0f} {ours / theirs:>6.2f}")
        figures[str(size)] = {kind: round(rate) for kind, rate in rates.items()}
    problems = problems_per_cpu_second()
    print("\nproblems drawn per CPU second")
    for split, rate in problems.items():
        print(f"{split:>26} {rate:>10,}")
    figures["problems"] = problems
    print(f"\n{write_record('vector_speed', vars(arguments), figures)}")


if __name__ == "__main__":
    main()
