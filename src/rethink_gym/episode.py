"""Turns and episodes (rollouts, trajectories), as plain data."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from rethink_gym.conversation import Completion, Conversation, Message, Role
from rethink_gym.errors import DataError
from rethink_gym.verdict import Verdict

__all__ = ["Episode", "Turn", "load_episodes", "save_episodes"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of an episode: observation, completion and reward.

    Attributes:
        observation: The message of the environment that the policy answered.
        completion: The answer of the policy.
        reward: The reward of this step.
        terminated: Whether the episode ended here by its own rules.
        truncated: Whether the episode was cut off here from outside, as by a time limit.
        verdict: The verdict on the answer; None if it was not verified.
    """

    observation: str
    completion: Completion
    reward: float
    terminated: bool
    truncated: bool
    verdict: Verdict | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a turn from the data that `to_dict` returned."""
        verdict = data["verdict"]
        return cls(
            observation=data["observation"],
            completion=Completion.from_dict(data["completion"]),
            reward=data["reward"],
            terminated=data["terminated"],
            truncated=data["truncated"],
            verdict=None if verdict is None else Verdict.from_dict(verdict),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the turn as plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode (rollout, trajectory): a problem played from reset to the end.

    Attributes:
        problem_id: Id of the problem.
        turns: The turns in order, at least one.
        wall_s: Duration in wall-clock seconds. Time that several episodes share is divided
            equally among them. Ignored when episodes are compared.
        is_context_full: Whether it was cut off since the conversation fills the context
            of the policy: there was no free token for another answer.

    Raises:
        ValueError: If ``turns`` is empty.

    Examples:
        >>> from rethink_gym.conversation import Completion
        >>> from rethink_gym.episode import Episode, Turn
        >>> wrong = Turn("Compute 2+2.", Completion("5"), 0.0, terminated=False, truncated=False)
        >>> right = Turn("Try again.", Completion("4"), 1.0, terminated=True, truncated=False)
        >>> episode = Episode("sums/0", (wrong, right))
        >>> episode.total_reward
        1.0
        >>> [message.content for message in episode.conversation]
        ['Compute 2+2.', '5', 'Try again.', '4']
    """

    problem_id: str
    turns: tuple[Turn, ...]
    wall_s: float = field(default=0.0, compare=False)
    is_context_full: bool = False

    def __post_init__(self) -> None:
        if not self.turns:
            raise ValueError("turns must hold at least one turn, got none")

    @property
    def total_reward(self) -> float:
        """Undiscounted sum of the rewards of all turns."""
        return sum(turn.reward for turn in self.turns)

    @property
    def num_tokens(self) -> int:
        """Number of tokens that the policy sampled."""
        return sum(len(turn.completion.token_ids) for turn in self.turns)

    @property
    def conversation(self) -> Conversation:
        """All messages, from the first observation to the last answer."""
        messages: list[Message] = []
        for turn in self.turns:
            messages += (Message(Role.USER, turn.observation), turn.completion.message)
        return tuple(messages)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build an episode from the data that `to_dict` returned."""
        return cls(
            problem_id=data["problem_id"],
            turns=tuple(map(Turn.from_dict, data["turns"])),
            wall_s=data["wall_s"],
            is_context_full=data.get("is_context_full", False),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the episode as plain JSON data."""
        return asdict(self)


def save_episodes(path: Path, episodes: Iterable[Episode]) -> None:
    """Write episodes as JSON lines.

    Args:
        path: The file to write; replaced if it exists.
        episodes: The episodes, written one per line.
    """
    with path.open("w", encoding="utf-8") as file:
        for episode in episodes:
            file.write(json.dumps(episode.to_dict()) + "\n")


def load_episodes(path: Path) -> Iterator[Episode]:
    """Read episodes that `save_episodes` wrote.

    Args:
        path: The file to read.

    Yields:
        The episodes in the order they were written.

    Raises:
        DataError: If a line is not an episode; the message names the line.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Episode.from_dict(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(f"{path}, line {number}, is not an episode: {error!r}.") from error
