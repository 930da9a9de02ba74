"""Wrappers that change the observations, actions, rewards or difficulty of an environment."""

from rethink_gym.envs.wrappers.curriculum import Curriculum, VectorCurriculum
from rethink_gym.envs.wrappers.length_penalty import LengthPenalty
from rethink_gym.envs.wrappers.token_dialogue import PADDING, TokenCodec, TokenDialogue
from rethink_gym.envs.wrappers.token_level import TokenLevel, max_chars_of, token_spaces
from rethink_gym.envs.wrappers.transcript import Transcript

__all__ = [
    "PADDING",
    "Curriculum",
    "LengthPenalty",
    "TokenCodec",
    "TokenDialogue",
    "TokenLevel",
    "Transcript",
    "VectorCurriculum",
    "max_chars_of",
    "token_spaces",
]
