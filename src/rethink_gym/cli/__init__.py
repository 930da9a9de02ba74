"""The command line ``rethink``: a thin layer over the other packages."""

from rethink_gym.cli.app import app

__all__ = ["app"]
