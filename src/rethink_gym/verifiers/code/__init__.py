"""Programs: the tests that decide about one, and the verifier that runs them."""

from rethink_gym.verifiers.code.suite import CodeTests, StdioCase
from rethink_gym.verifiers.code.verifier import CodeVerifier

__all__ = ["CodeTests", "CodeVerifier", "StdioCase"]
