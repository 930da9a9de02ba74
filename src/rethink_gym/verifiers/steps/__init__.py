"""Dense scores: every step of a worked solution is checked by its claims."""

from rethink_gym.verifiers.steps.segmentation import Span, split_steps
from rethink_gym.verifiers.steps.verifier import PrefixScorer, StepVerifier

__all__ = ["PrefixScorer", "Span", "StepVerifier", "split_steps"]
