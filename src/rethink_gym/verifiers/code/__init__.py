"""Programs as answers: the tests of a problem, and the verifier that runs them."""

from rethink_gym.verifiers.code.verifier import CodeVerifier
from rethink_gym.verifiers.sandbox.code_tests import CodeTests, StdioCase

__all__ = ["CodeTests", "CodeVerifier", "StdioCase"]
