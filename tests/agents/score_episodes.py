"""Episodes with seeded tokens and rewards, for SCoRe."""

from random import Random
from typing import Any

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Completion, StopReason
from rethink_gym.episode import Episode, Turn

__all__ = ["SMALL", "make_episodes"]

SMALL: dict[str, Any] = {
    "problems_per_update": 3,
    "samples_per_problem": 4,
    "max_new_tokens": 4,
    "learning_rate": 1e-2,
}


def make_episodes(policy: LanguageModel, num_turns: int = 2) -> list[Episode]:
    """Build four samples of each of three problems, with seeded tokens and rewards."""
    random = Random(7)
    observations = ["Compute {}.", *["Once more."] * (num_turns - 1)]
    episodes = []
    for problem in range(3):
        for _ in range(4):
            turns = []
            for turn, observation in enumerate(observations):
                ids = tuple(random.randrange(1, 200) for _ in range(random.randrange(1, 5)))
                text = policy.tokenizer.decode(list(ids))
                assert isinstance(text, str)
                completion = Completion(text, ids, (-1.0,) * len(ids), StopReason.LENGTH)
                reward = float(random.random() < 0.5)
                is_last = turn == num_turns - 1
                turns.append(Turn(observation.format(problem), completion, reward, is_last, False))
            episodes.append(Episode(f"p/{problem}", tuple(turns)))
    return episodes
