"""Policies and the learners that train them.

Everything is found when it is first asked for, so that importing this package loads
neither torch nor transformers.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rethink_gym.agents.algorithm import Algorithm
    from rethink_gym.agents.callbacks import Validation
    from rethink_gym.agents.policies.language_model import LanguageModel
    from rethink_gym.agents.policies.policy import Policy, as_policy
    from rethink_gym.agents.policies.sampling import SamplingConfig
    from rethink_gym.agents.reinforce import Reinforce, ReinforceConfig
    from rethink_gym.agents.rollout import make_text_env, play_episodes
    from rethink_gym.agents.score import Score, ScoreConfig

__all__ = [
    "ALGORITHMS",
    "Algorithm",
    "LanguageModel",
    "Policy",
    "Reinforce",
    "ReinforceConfig",
    "SamplingConfig",
    "Score",
    "ScoreConfig",
    "Validation",
    "as_policy",
    "make_text_env",
    "play_episodes",
]

ALGORITHMS = {"reinforce": "Reinforce", "score": "Score"}
"""The learners by name; `getattr` of this package finds the class."""

_HOMES = {
    "Algorithm": "algorithm",
    "LanguageModel": "policies.language_model",
    "Policy": "policies.policy",
    "Reinforce": "reinforce",
    "ReinforceConfig": "reinforce",
    "SamplingConfig": "policies.sampling",
    "Score": "score",
    "ScoreConfig": "score",
    "Validation": "callbacks",
    "as_policy": "policies.policy",
    "make_text_env": "rollout",
    "play_episodes": "rollout",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
