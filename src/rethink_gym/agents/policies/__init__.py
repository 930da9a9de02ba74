"""Policies: language models and everything else that generates the next message."""

from typing import TYPE_CHECKING

from rethink_gym.agents.policies.adapters import FunctionPolicy, as_policy
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.errors import MissingExtraError

if TYPE_CHECKING:
    from rethink_gym.agents.policies.language_model import LanguageModel

__all__ = ["FunctionPolicy", "LanguageModel", "Policy", "SamplingConfig", "as_policy"]


def __getattr__(name: str) -> object:
    """Import the language model, and torch with it, on first use."""
    if name != "LanguageModel":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from rethink_gym.agents.policies.language_model import LanguageModel
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("rethink_gym"):
            raise
        raise MissingExtraError(
            f"A language model needs {error.name}. Install it by "
            '`pip install "rethink-gym[agents]"`.'
        ) from error
    return LanguageModel
