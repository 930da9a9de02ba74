"""Policies and the learners that train them.

Everything is found when it is first asked for, so that importing this package loads
neither torch nor transformers.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rethink_gym.agents.algorithm import Algorithm
    from rethink_gym.agents.callbacks import Checkpoints, Validation
    from rethink_gym.agents.correction_star import CorrectionConfig, CorrectionStar
    from rethink_gym.agents.expert_iteration import ExpertIteration, ExpertIterationConfig
    from rethink_gym.agents.grpo import Grpo, GrpoConfig
    from rethink_gym.agents.orm import Orm, OrmConfig
    from rethink_gym.agents.outcome_reward import OutcomeRewardModel
    from rethink_gym.agents.pair_sft import PairSft, PairSftConfig
    from rethink_gym.agents.policies.language_model import LanguageModel
    from rethink_gym.agents.policies.lora import LoraConfig
    from rethink_gym.agents.policies.policy import Policy, as_policy
    from rethink_gym.agents.policies.sampling import SamplingConfig
    from rethink_gym.agents.ppo import Ppo, PpoConfig
    from rethink_gym.agents.rcrl import Rcrl, RcrlConfig
    from rethink_gym.agents.reinforce import Reinforce, ReinforceConfig
    from rethink_gym.agents.rloo import Rloo, RlooConfig
    from rethink_gym.agents.rollout import make_text_env, play_episodes
    from rethink_gym.agents.score import Score
    from rethink_gym.agents.score_config import ScoreConfig
    from rethink_gym.agents.self_refine import SelfRefine
    from rethink_gym.agents.sft import Sft, SftConfig
    from rethink_gym.agents.star import RestEm, RestEmConfig, Star, StarConfig

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
    "Algorithm": "algorithm",
    "Checkpoints": "callbacks",
    "CorrectionConfig": "correction_star",
    "CorrectionStar": "correction_star",
    "ExpertIteration": "expert_iteration",
    "ExpertIterationConfig": "expert_iteration",
    "Grpo": "grpo",
    "GrpoConfig": "grpo",
    "LanguageModel": "policies.language_model",
    "LoraConfig": "policies.lora",
    "Orm": "orm",
    "OrmConfig": "orm",
    "OutcomeRewardModel": "outcome_reward",
    "PairSft": "pair_sft",
    "PairSftConfig": "pair_sft",
    "Policy": "policies.policy",
    "Ppo": "ppo",
    "PpoConfig": "ppo",
    "Rcrl": "rcrl",
    "RcrlConfig": "rcrl",
    "Reinforce": "reinforce",
    "ReinforceConfig": "reinforce",
    "RestEm": "star",
    "RestEmConfig": "star",
    "Rloo": "rloo",
    "RlooConfig": "rloo",
    "SamplingConfig": "policies.sampling",
    "Score": "score",
    "ScoreConfig": "score_config",
    "SelfRefine": "self_refine",
    "Sft": "sft",
    "SftConfig": "sft",
    "Star": "star",
    "StarConfig": "star",
    "Validation": "callbacks",
    "as_policy": "policies.policy",
    "make_text_env": "rollout",
    "play_episodes": "rollout",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
