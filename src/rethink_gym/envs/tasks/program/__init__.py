"""Small programs to write: what they do, their description, their examples and their tests.

A program is a chain of *stages*. A stage is a *phrase* with its blanks filled: a description
and code with the same blanks, from the tables in ``phrases``. A *family* defines the arguments
of a program and the topic of its first or last stage. An *exercise* is a program with names,
examples and tests.
"""

from rethink_gym.envs.tasks.program.exercise import Exercise
from rethink_gym.envs.tasks.program.families import FAMILIES
from rethink_gym.envs.tasks.program.program import Program, draw_program

__all__ = ["FAMILIES", "Exercise", "Program", "draw_program"]
