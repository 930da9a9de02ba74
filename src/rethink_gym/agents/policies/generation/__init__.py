"""Our decoding loop: the hot path of every language model that acts."""

from rethink_gym.agents.policies.generation.engine import DecodingEngine, make_decoder
from rethink_gym.agents.policies.generation.loop import GeneratedSequence, GenerationConfig

__all__ = ["DecodingEngine", "GeneratedSequence", "GenerationConfig", "make_decoder"]
