"""Policies and the learners that train them.

Everything is found when it is first asked for, so that importing this package loads
neither torch nor transformers.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rethink_gym.agents.algorithms.corrections import (
        CorrectionConfig,
        CorrectionSTaR,
        PairSFT,
        PairSFTConfig,
    )
    from rethink_gym.agents.algorithms.expert_iteration import (
        ExpertIteration,
        ExpertIterationConfig,
    )
    from rethink_gym.agents.algorithms.orm import ORM, ORMConfig
    from rethink_gym.agents.algorithms.ppo import PPO, PPOConfig
    from rethink_gym.agents.algorithms.rcrl import RCRL, RCRLConfig
    from rethink_gym.agents.algorithms.reinforce import (
        GRPO,
        REINFORCE,
        RLOO,
        GRPOConfig,
        REINFORCEConfig,
        RLOOConfig,
    )
    from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
    from rethink_gym.agents.algorithms.sft import SFT, SFTConfig
    from rethink_gym.agents.algorithms.star import ReSTEM, ReSTEMConfig, STaR, STaRConfig
    from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
    from rethink_gym.agents.policies.adapters import as_policy
    from rethink_gym.agents.policies.language_model import LanguageModel
    from rethink_gym.agents.policies.lora import LoraConfig
    from rethink_gym.agents.policies.policy import Policy
    from rethink_gym.agents.policies.sampling import SamplingConfig
    from rethink_gym.agents.policies.self_refine import SelfRefine
    from rethink_gym.agents.rollout import make_text_env, play_episodes
    from rethink_gym.agents.training.algorithm import Algorithm
    from rethink_gym.agents.training.callbacks import Checkpoints, Validation

__all__ = [
    "ALGORITHMS",
    "GRPO",
    "ORM",
    "PPO",
    "RCRL",
    "REINFORCE",
    "RLOO",
    "SFT",
    "Algorithm",
    "Checkpoints",
    "CorrectionConfig",
    "CorrectionSTaR",
    "ExpertIteration",
    "ExpertIterationConfig",
    "GRPOConfig",
    "LanguageModel",
    "LoraConfig",
    "ORMConfig",
    "OutcomeRewardModel",
    "PPOConfig",
    "PairSFT",
    "PairSFTConfig",
    "Policy",
    "RCRLConfig",
    "REINFORCEConfig",
    "RLOOConfig",
    "ReSTEM",
    "ReSTEMConfig",
    "SCoRe",
    "SCoReConfig",
    "SFTConfig",
    "STaR",
    "STaRConfig",
    "SamplingConfig",
    "SelfRefine",
    "Validation",
    "as_policy",
    "make_text_env",
    "play_episodes",
]

ALGORITHMS = {
    "correction_star": "CorrectionSTaR",
    "expert_iteration": "ExpertIteration",
    "grpo": "GRPO",
    "orm": "ORM",
    "pair_sft": "PairSFT",
    "ppo": "PPO",
    "rcrl": "RCRL",
    "reinforce": "REINFORCE",
    "rest_em": "ReSTEM",
    "rloo": "RLOO",
    "score": "SCoRe",
    "sft": "SFT",
    "star": "STaR",
}
"""The learners by name; `getattr` of this package finds the class."""

_HOMES = {
    "Algorithm": "training.algorithm",
    "Checkpoints": "training.callbacks",
    "CorrectionConfig": "algorithms.corrections",
    "CorrectionSTaR": "algorithms.corrections",
    "ExpertIteration": "algorithms.expert_iteration",
    "ExpertIterationConfig": "algorithms.expert_iteration",
    "GRPO": "algorithms.reinforce",
    "GRPOConfig": "algorithms.reinforce",
    "LanguageModel": "policies.language_model",
    "LoraConfig": "policies.lora",
    "ORM": "algorithms.orm",
    "ORMConfig": "algorithms.orm",
    "OutcomeRewardModel": "models.outcome_reward",
    "PairSFT": "algorithms.corrections",
    "PairSFTConfig": "algorithms.corrections",
    "Policy": "policies.policy",
    "PPO": "algorithms.ppo",
    "PPOConfig": "algorithms.ppo",
    "RCRL": "algorithms.rcrl",
    "RCRLConfig": "algorithms.rcrl",
    "REINFORCE": "algorithms.reinforce",
    "REINFORCEConfig": "algorithms.reinforce",
    "ReSTEM": "algorithms.star",
    "ReSTEMConfig": "algorithms.star",
    "RLOO": "algorithms.reinforce",
    "RLOOConfig": "algorithms.reinforce",
    "SamplingConfig": "policies.sampling",
    "SCoRe": "algorithms.score",
    "SCoReConfig": "algorithms.score",
    "SelfRefine": "policies.self_refine",
    "SFT": "algorithms.sft",
    "SFTConfig": "algorithms.sft",
    "STaR": "algorithms.star",
    "STaRConfig": "algorithms.star",
    "Validation": "training.callbacks",
    "as_policy": "policies.adapters",
    "make_text_env": "rollout",
    "play_episodes": "rollout",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
