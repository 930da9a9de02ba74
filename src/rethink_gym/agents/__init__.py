"""Policies and the learners that train them.

Everything is found when it is first asked for, so that importing this package loads
neither torch nor transformers.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rethink_gym.agents.algorithms.corrections import (
        CorrectionConfig,
        CorrectionStar,
        PairSft,
        PairSftConfig,
    )
    from rethink_gym.agents.algorithms.expert_iteration import (
        ExpertIteration,
        ExpertIterationConfig,
    )
    from rethink_gym.agents.algorithms.orm import Orm, OrmConfig
    from rethink_gym.agents.algorithms.ppo import Ppo, PpoConfig
    from rethink_gym.agents.algorithms.rcrl import Rcrl, RcrlConfig
    from rethink_gym.agents.algorithms.reinforce import (
        Grpo,
        GrpoConfig,
        Reinforce,
        ReinforceConfig,
        Rloo,
        RlooConfig,
    )
    from rethink_gym.agents.algorithms.score import Score, ScoreConfig
    from rethink_gym.agents.algorithms.sft import Sft, SftConfig
    from rethink_gym.agents.algorithms.star import RestEm, RestEmConfig, Star, StarConfig
    from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
    from rethink_gym.agents.policies.language_model import LanguageModel
    from rethink_gym.agents.policies.lora import LoraConfig
    from rethink_gym.agents.policies.policy import Policy, as_policy
    from rethink_gym.agents.policies.sampling import SamplingConfig
    from rethink_gym.agents.policies.self_refine import SelfRefine
    from rethink_gym.agents.rollout import make_text_env, play_episodes
    from rethink_gym.agents.training.algorithm import Algorithm
    from rethink_gym.agents.training.callbacks import Checkpoints, Validation

__all__ = [
    "ALGORITHMS",
    "Algorithm",
    "Checkpoints",
    "CorrectionConfig",
    "CorrectionStar",
    "ExpertIteration",
    "ExpertIterationConfig",
    "Grpo",
    "GrpoConfig",
    "LanguageModel",
    "LoraConfig",
    "Orm",
    "OrmConfig",
    "OutcomeRewardModel",
    "PairSft",
    "PairSftConfig",
    "Policy",
    "Ppo",
    "PpoConfig",
    "Rcrl",
    "RcrlConfig",
    "Reinforce",
    "ReinforceConfig",
    "RestEm",
    "RestEmConfig",
    "Rloo",
    "RlooConfig",
    "SamplingConfig",
    "Score",
    "ScoreConfig",
    "SelfRefine",
    "Sft",
    "SftConfig",
    "Star",
    "StarConfig",
    "Validation",
    "as_policy",
    "make_text_env",
    "play_episodes",
]

ALGORITHMS = {
    "correction_star": "CorrectionStar",
    "expert_iteration": "ExpertIteration",
    "grpo": "Grpo",
    "orm": "Orm",
    "pair_sft": "PairSft",
    "ppo": "Ppo",
    "rcrl": "Rcrl",
    "reinforce": "Reinforce",
    "rest_em": "RestEm",
    "rloo": "Rloo",
    "score": "Score",
    "sft": "Sft",
    "star": "Star",
}
"""The learners by name; `getattr` of this package finds the class."""

_HOMES = {
    "Algorithm": "training.algorithm",
    "Checkpoints": "training.callbacks",
    "CorrectionConfig": "algorithms.corrections",
    "CorrectionStar": "algorithms.corrections",
    "ExpertIteration": "algorithms.expert_iteration",
    "ExpertIterationConfig": "algorithms.expert_iteration",
    "Grpo": "algorithms.reinforce",
    "GrpoConfig": "algorithms.reinforce",
    "LanguageModel": "policies.language_model",
    "LoraConfig": "policies.lora",
    "Orm": "algorithms.orm",
    "OrmConfig": "algorithms.orm",
    "OutcomeRewardModel": "models.outcome_reward",
    "PairSft": "algorithms.corrections",
    "PairSftConfig": "algorithms.corrections",
    "Policy": "policies.policy",
    "Ppo": "algorithms.ppo",
    "PpoConfig": "algorithms.ppo",
    "Rcrl": "algorithms.rcrl",
    "RcrlConfig": "algorithms.rcrl",
    "Reinforce": "algorithms.reinforce",
    "ReinforceConfig": "algorithms.reinforce",
    "RestEm": "algorithms.star",
    "RestEmConfig": "algorithms.star",
    "Rloo": "algorithms.reinforce",
    "RlooConfig": "algorithms.reinforce",
    "SamplingConfig": "policies.sampling",
    "Score": "algorithms.score",
    "ScoreConfig": "algorithms.score",
    "SelfRefine": "policies.self_refine",
    "Sft": "algorithms.sft",
    "SftConfig": "algorithms.sft",
    "Star": "algorithms.star",
    "StarConfig": "algorithms.star",
    "Validation": "training.callbacks",
    "as_policy": "policies.policy",
    "make_text_env": "rollout",
    "play_episodes": "rollout",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
