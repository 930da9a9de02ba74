"""``python -m rethink_gym`` is the command ``rethink``."""

from rethink_gym.cli import app

if __name__ == "__main__":
    app(prog_name="rethink")
