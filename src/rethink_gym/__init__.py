"""Reasoning and multi-turn self-correction as Gymnasium environments.

Importing the package registers the environments. All names below are imported at first
access, so the import itself is fast and needs no extras.
"""

from typing import TYPE_CHECKING

from rethink_gym._lazy import lazy_exports
from rethink_gym.envs.registry import register_envs

if TYPE_CHECKING:
    from rethink_gym.agents.policies.language_model import LanguageModel
    from rethink_gym.agents.rollout import make_text_env, play_episodes
    from rethink_gym.envs.registry import register_task
    from rethink_gym.envs.testing import check_text_env
    from rethink_gym.evaluation import evaluate
    from rethink_gym.verifiers import MathVerifier

    __version__: str

__all__ = [
    "LanguageModel",
    "MathVerifier",
    "check_text_env",
    "evaluate",
    "make_text_env",
    "play_episodes",
    "register_envs",
    "register_task",
]

_get_export, __dir__ = lazy_exports(
    __name__,
    {
        "LanguageModel": ".agents.policies.language_model",
        "MathVerifier": ".verifiers",
        "check_text_env": ".envs.testing",
        "evaluate": ".evaluation",
        "make_text_env": ".agents.rollout",
        "play_episodes": ".agents.rollout",
        "register_task": ".envs.registry",
    },
)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("rethink-gym")
    return _get_export(name)


register_envs()
