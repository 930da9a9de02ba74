"""``rethink play``: answer problems at the terminal."""

from collections.abc import Mapping
from typing import Annotated, Any

import gymnasium as gym
import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from rethink_gym.cli.environment import EnvOptions, read_env_options
from rethink_gym.errors import ActionError, check_count, rename_arguments

__all__ = ["play"]

_HELP = "Write your answer, on as many lines as you like; an empty line sends it. Ctrl-D ends."


def play(
    env: Annotated[
        str, typer.Argument(metavar="ENV", help="Environment id, such as MathSelfCorrect-v0.")
    ],
    env_option: EnvOptions = None,
    problem: Annotated[
        int | None, typer.Option(help="Index of the first problem; random if not given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the random problems.")] = None,
) -> None:
    """Answer problems yourself, and see verdicts, feedback and rewards."""
    if seed is not None:
        check_count("--seed", seed, 0)
    console = Console()
    env_kwargs: dict[str, Any] = read_env_options(env, env_option or (), option="ENV")
    environment: gym.Env[Any, Any] = gym.make(env, **env_kwargs)
    console.print(_HELP, style="dim")
    rewards: list[float] = []
    options = None if problem is None else {"problem": problem}
    try:
        while True:
            with rename_arguments({"options['problem']": "--problem"}):
                reward = _play_episode(environment, console, seed=seed, options=options)
            rewards.append(reward)
            console.print("\nEnter for another problem, Ctrl-D to end.", style="dim")
            input()
            seed, options = None, None
    except (EOFError, KeyboardInterrupt):
        console.print(f"\n{len(rewards)} played, total reward {sum(rewards):g}.")
    finally:
        environment.close()


def _play_episode(
    env: gym.Env[Any, Any],
    console: Console,
    *,
    seed: int | None,
    options: dict[str, Any] | None,
) -> float:
    """Play one episode and return the sum of its rewards."""
    observation, info = env.reset(seed=seed, options=options)
    title = info.get("problem_id")
    total = 0.0
    is_over = False
    while not is_over:
        console.print(
            Panel(Text(str(observation)), title=title and Text(title), title_align="left")
        )
        observation, reward, info, is_over = _step_until_accepted(env, console)
        total += reward
        # The verdict on a single step is not shown: it neither accepts nor rejects an answer.
        is_step = not is_over and "step" in info
        console.print(_result_line(None if is_step else info.get("verdict"), reward))
    return total


def _step_until_accepted(
    env: gym.Env[Any, Any], console: Console
) -> tuple[object, float, dict[str, Any], bool]:
    """Ask for an answer until the environment accepts it."""
    while True:
        try:
            observation, reward, terminated, truncated, info = env.step(_read_answer())
        except ActionError as error:
            console.print(Text(str(error), style="red"))
        else:
            return observation, float(reward), info, terminated or truncated


def _read_answer() -> str:
    """Read lines up to an empty one.

    Raises:
        EOFError: If the input ends before anything was written.
    """
    lines: list[str] = []
    while True:
        try:
            line = input("> " if not lines else "  ")
        except EOFError:
            if not lines:
                raise
            return "\n".join(lines)
        if not line.strip() and lines:
            return "\n".join(lines)
        if line.strip():
            lines.append(line)


def _result_line(verdict: Mapping[str, Any] | None, reward: float) -> Text:
    if verdict is None:
        return Text(f"reward {reward:g}")
    is_correct = verdict["correct"]
    mark, style = ("correct", "bold green") if is_correct else ("incorrect", "bold red")
    reason = str(verdict["reason"]).replace("_", " ")
    why = f"read as {verdict['answer']}" if verdict["answer"] is not None else reason
    return Text.assemble((mark, style), f"  {why}  ", (f"reward {reward:g}", "bold"))
