"""Policies, and the learners that train them.

All names are imported at first access, so that importing this package loads neither torch
nor transformers. A new learner needs a row in `_LEARNERS`, and an import for type checkers.
"""

from typing import TYPE_CHECKING

from rethink_gym._lazy import lazy_exports

if TYPE_CHECKING:
    from rethink_gym.agents.algorithms.corrections import CorrectionConfig as CorrectionConfig
    from rethink_gym.agents.algorithms.corrections import CorrectionSTaR as CorrectionSTaR
    from rethink_gym.agents.algorithms.corrections import PairSFT as PairSFT
    from rethink_gym.agents.algorithms.corrections import PairSFTConfig as PairSFTConfig
    from rethink_gym.agents.algorithms.expert_iteration import ExpertIteration as ExpertIteration
    from rethink_gym.agents.algorithms.expert_iteration import (
        ExpertIterationConfig as ExpertIterationConfig,
    )
    from rethink_gym.agents.algorithms.orm import ORM as ORM
    from rethink_gym.agents.algorithms.orm import ORMConfig as ORMConfig
    from rethink_gym.agents.algorithms.ppo import PPO as PPO
    from rethink_gym.agents.algorithms.ppo import PPOConfig as PPOConfig
    from rethink_gym.agents.algorithms.rcrl import RCRL as RCRL
    from rethink_gym.agents.algorithms.rcrl import RCRLConfig as RCRLConfig
    from rethink_gym.agents.algorithms.reinforce import GRPO as GRPO
    from rethink_gym.agents.algorithms.reinforce import REINFORCE as REINFORCE
    from rethink_gym.agents.algorithms.reinforce import RLOO as RLOO
    from rethink_gym.agents.algorithms.reinforce import GRPOConfig as GRPOConfig
    from rethink_gym.agents.algorithms.reinforce import REINFORCEConfig as REINFORCEConfig
    from rethink_gym.agents.algorithms.reinforce import RLOOConfig as RLOOConfig
    from rethink_gym.agents.algorithms.score import SCoRe as SCoRe
    from rethink_gym.agents.algorithms.score import SCoReConfig as SCoReConfig
    from rethink_gym.agents.algorithms.sft import SFT as SFT
    from rethink_gym.agents.algorithms.sft import SFTConfig as SFTConfig
    from rethink_gym.agents.algorithms.star import ReSTEM as ReSTEM
    from rethink_gym.agents.algorithms.star import ReSTEMConfig as ReSTEMConfig
    from rethink_gym.agents.algorithms.star import STaR as STaR
    from rethink_gym.agents.algorithms.star import STaRConfig as STaRConfig
    from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel as OutcomeRewardModel
    from rethink_gym.agents.policies.adapters import as_policy as as_policy
    from rethink_gym.agents.policies.language_model import LanguageModel as LanguageModel
    from rethink_gym.agents.policies.lora import LoraConfig as LoraConfig
    from rethink_gym.agents.policies.policy import Policy as Policy
    from rethink_gym.agents.policies.sampling import SamplingConfig as SamplingConfig
    from rethink_gym.agents.policies.self_refine import SelfRefine as SelfRefine
    from rethink_gym.agents.rollout import make_text_env as make_text_env
    from rethink_gym.agents.rollout import play_episodes as play_episodes
    from rethink_gym.agents.training.algorithm import Algorithm as Algorithm
    from rethink_gym.agents.training.callbacks import Checkpoints as Checkpoints
    from rethink_gym.agents.training.callbacks import Validation as Validation

# Name on the command line: module, class, class of its settings.
_LEARNERS = {
    "correction_star": ("algorithms.corrections", "CorrectionSTaR", "CorrectionConfig"),
    "expert_iteration": ("algorithms.expert_iteration", "ExpertIteration", "ExpertIterationConfig"),
    "grpo": ("algorithms.reinforce", "GRPO", "GRPOConfig"),
    "orm": ("algorithms.orm", "ORM", "ORMConfig"),
    "pair_sft": ("algorithms.corrections", "PairSFT", "PairSFTConfig"),
    "ppo": ("algorithms.ppo", "PPO", "PPOConfig"),
    "rcrl": ("algorithms.rcrl", "RCRL", "RCRLConfig"),
    "reinforce": ("algorithms.reinforce", "REINFORCE", "REINFORCEConfig"),
    "rest_em": ("algorithms.star", "ReSTEM", "ReSTEMConfig"),
    "rloo": ("algorithms.reinforce", "RLOO", "RLOOConfig"),
    "score": ("algorithms.score", "SCoRe", "SCoReConfig"),
    "sft": ("algorithms.sft", "SFT", "SFTConfig"),
    "star": ("algorithms.star", "STaR", "STaRConfig"),
}
_OTHERS = {
    "Algorithm": ".training.algorithm",
    "Checkpoints": ".training.callbacks",
    "LanguageModel": ".policies.language_model",
    "LoraConfig": ".policies.lora",
    "OutcomeRewardModel": ".models.outcome_reward",
    "Policy": ".policies.policy",
    "SamplingConfig": ".policies.sampling",
    "SelfRefine": ".policies.self_refine",
    "Validation": ".training.callbacks",
    "as_policy": ".policies.adapters",
    "make_text_env": ".rollout",
    "play_episodes": ".rollout",
}

ALGORITHMS = {name: learner for name, (_, learner, _) in _LEARNERS.items()}
"""Class names of the learners by their names on the command line."""

_MODULES = {name: f".{module}" for module, *names in _LEARNERS.values() for name in names} | _OTHERS

__all__ = ["ALGORITHMS", *_MODULES]  # all are texts

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
