"""Policies: language models and everything else that generates the next message."""

from typing import TYPE_CHECKING

from rethink_gym._lazy import lazy_exports
from rethink_gym.agents.policies.adapters import FunctionPolicy, as_policy
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig

if TYPE_CHECKING:
    from rethink_gym.agents.policies.language_model import LanguageModel

__all__ = ["FunctionPolicy", "LanguageModel", "Policy", "SamplingConfig", "as_policy"]

__getattr__, __dir__ = lazy_exports(__name__, {"LanguageModel": ".language_model"})
