"""Which rules of steps are meant by what the maker of an environment said."""

from rethink_gym.envs.step_moves import MoveRules
from rethink_gym.envs.step_rules import ClaimRules, ScoreRules, StepRules, StepScorer
from rethink_gym.errors import check_choice
from rethink_gym.verifiers.steps import StepVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["make_rules"]


def make_rules(steps: str | StepVerifier | StepScorer | StepRules, verifier: Verifier) -> StepRules:
    """Return the rules that are meant.

    Args:
        steps: ``"claims"``, ``"moves"``, a verifier or a function that judges steps, or
            rules.
        verifier: Judges the final answer.

    Returns:
        The rules.

    Raises:
        ArgumentError: If there are no rules of that name.
    """
    if isinstance(steps, StepRules):
        return steps
    if isinstance(steps, StepVerifier):
        return ClaimRules(steps)
    if callable(steps):
        return ScoreRules(steps)
    if check_choice("steps", steps, ("claims", "moves")) == "claims":
        return ClaimRules(StepVerifier(use_reference=True))
    return MoveRules(verifier)
