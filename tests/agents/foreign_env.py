"""A text environment that knows nothing of this package."""

from typing import Any

import gymnasium as gym

from rethink_gym.envs.space import FreeText


class Spelling(gym.Env[str, str]):
    """A foreign text environment without options, with a random number of turns."""

    observation_space = FreeText(100)
    action_space = FreeText(100)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self.word = str(self.np_random.integers(1000))
        self.left = int(self.np_random.integers(1, 4))
        return self.word, {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        self.left -= 1
        return self.word, float(action == self.word), self.left == 0, False, {}
