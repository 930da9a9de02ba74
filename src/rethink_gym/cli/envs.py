"""``rethink envs``: which environments there are."""

import gymnasium as gym
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rethink_gym.cli.environment import env_arguments, own_env_ids

__all__ = ["envs"]


def envs() -> None:
    """Show the environments with their arguments and an example problem."""
    table = Table(caption="Set an argument by -e name=value.", caption_justify="left")
    table.add_column("environment", no_wrap=True)
    table.add_column("arguments and defaults")
    table.add_column("example problem")
    for env_id in own_env_ids():
        arguments = env_arguments(env_id)
        shown = "\n".join(f"{name}={value}" for name, value in arguments.items())
        table.add_row(Text(env_id, style="bold"), Text(shown), Text(_example(env_id, arguments)))
        table.add_section()
    Console().print(table)


def _example(env_id: str, arguments: dict[str, object]) -> str:
    """Return the first problem, unless it would have to be fetched from a hub."""
    if "data" in arguments:
        return f"from the data set {arguments['data']}, by name or as a local folder"
    env = gym.make(env_id)
    observation, _ = env.reset(seed=0, options={"problem": 0})
    env.close()
    return str(observation)
