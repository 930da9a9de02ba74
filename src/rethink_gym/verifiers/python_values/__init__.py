"""Verifiers of Python values: results of calls, and arguments for calls."""
