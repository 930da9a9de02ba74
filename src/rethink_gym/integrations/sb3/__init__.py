"""Integration of Stable-Baselines3: token-level environments, and a policy for them."""

from rethink_gym.errors import MissingExtraError

try:
    from rethink_gym.integrations.sb3.factory import make_codec, make_sb3_env
    from rethink_gym.integrations.sb3.policy import TokenPolicy
    from rethink_gym.integrations.sb3.vector import TokenVecEnv
except ModuleNotFoundError as error:
    if error.name and error.name.startswith("rethink_gym"):
        raise
    raise MissingExtraError(
        f"The integration of Stable-Baselines3 needs {str(error.name).partition('.')[0]}. "
        "Install it by "
        '`pip install "rethink-gym[agents]"`.'
    ) from error

__all__ = ["TokenPolicy", "TokenVecEnv", "make_codec", "make_sb3_env"]
