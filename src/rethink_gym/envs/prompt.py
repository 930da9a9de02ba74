"""The fixed instructions that environments and tasks say to an agent."""

__all__ = ["ANSWER_FORMAT", "CORRECTION", "PROGRAM_FORMAT", "RIGHT", "WRONG"]

ANSWER_FORMAT = 'Write the final answer on a last line that starts with "A:".'
"""How an answer is to be marked; what the verifiers read first."""

PROGRAM_FORMAT = "Write the whole program in one block between ```python and ```."
"""How a program is to be marked; the last such block is what is run."""

CORRECTION = (
    "There might be an error in your solution. "
    "Correct it if there is one, and write the whole solution again."
)
"""Asks for another attempt and reveals nothing about the last one, as in SCoRe.

References:
    Kumar et al., "Training Language Models to Self-Correct via Reinforcement
    Learning", 2024, appendix (arXiv:2409.12917); the wording is ours.
"""

RIGHT = "Your answer is right. Write the whole solution again."
"""What `feedback="verdict"` says after a right attempt."""

WRONG = "Your answer is wrong. Find the error, and write the whole solution again."
"""What `feedback="verdict"` says after a wrong attempt."""
