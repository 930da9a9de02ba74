"""The decoding loop: the hot path of a language model that generates."""

from rethink_gym.agents.policies.generation.engine import DecodingEngine, make_decoder
from rethink_gym.agents.policies.generation.loop import GeneratedSequence, GenerationConfig

__all__ = ["DecodingEngine", "GeneratedSequence", "GenerationConfig", "make_decoder"]
