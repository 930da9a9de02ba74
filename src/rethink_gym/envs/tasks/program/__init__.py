"""Small programs to write: what they do, how that is said, and what decides about them.

A program is a chain of *stages*. Each stage is a *phrase*, words and code with the same
blanks, out of the tables of ``phrases``; a *family* says what a program is given and what
its first or last stage is about. An *exercise* is a program with names, examples and tests.
"""

from rethink_gym.envs.tasks.program.exercise import Exercise
from rethink_gym.envs.tasks.program.families import FAMILIES
from rethink_gym.envs.tasks.program.program import Program, draw_program

__all__ = ["FAMILIES", "Exercise", "Program", "draw_program"]
