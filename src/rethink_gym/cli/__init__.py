"""The command line ``rethink``: a thin layer that calls the floors below."""

from rethink_gym.cli.app import app

__all__ = ["app"]
