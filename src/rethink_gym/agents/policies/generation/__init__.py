"""Our decoding loop: the hot path of every language model that acts."""

from rethink_gym.agents.policies.generation.engine import DecodingEngine, make_decoder
from rethink_gym.agents.policies.generation.loop import Drawn, Rules

__all__ = ["DecodingEngine", "Drawn", "Rules", "make_decoder"]
