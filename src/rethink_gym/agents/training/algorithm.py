"""The base of every learner: the verbs of Stable-Baselines3 for language models."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np
import torch
from gymnasium.vector import VectorEnv
from stable_baselines3.common.callbacks import BaseCallback, CallbackList, ConvertCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.type_aliases import MaybeCallback

from rethink_gym.agents.policies.adapters import AlgorithmPolicy
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import env_attribute, make_text_env, play_episodes
from rethink_gym.agents.training.checkpoint import load_learner, save_learner
from rethink_gym.agents.training.divergence import check_losses, diverged, finite_steps
from rethink_gym.agents.training.progress_bar import ProgressBar
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.metrics.turns import TurnMetrics, turn_metrics

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

__all__ = ["Algorithm"]

ConfigT = TypeVar("ConfigT")


class Algorithm(ABC, Generic[ConfigT]):
    """A policy that learns in a text environment.

    A subclass sets `name`, `config_class` and `default_episodes`, and writes the
    two things in which algorithms differ: `collect`, what is played, and `update`,
    what is learned from it.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings; the defaults of `config_class` if None.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id, such as ``{"level": 1}``.

    Attributes:
        num_episodes: Episodes played so far.
        num_timesteps: Steps of the environment so far, one per turn; the name is
            the one that Stable-Baselines3's callbacks read.
        num_updates: Updates so far.
        is_between_updates: Whether what was played has all been learned from, so that
            `save` keeps a state to go on from. A callback that saves asks for it.
        callback_state: What callbacks keep, by the name of the callback: nested plain
            data and tensors. It is saved, so that a resumed run goes on with it.
        logger: Where metrics are recorded; see `set_logger`.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.
    """

    name: ClassVar[str]
    config_class: ClassVar[type[Any]]
    default_episodes: ClassVar[int]
    """Episodes of a whole run, where nobody says otherwise."""

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: ConfigT | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        given: object = policy
        if not isinstance(given, LanguageModel):
            remedy = "Only a model with weights can learn; LanguageModel.from_pretrained loads one."
            raise argument_error("policy", "a LanguageModel", given, remedy)
        if config is not None and not isinstance(config, self.config_class):
            raise argument_error("config", f"a {self.config_class.__name__}", config)
        self.policy = policy
        self.config: ConfigT = self.config_class() if config is None else config
        self.env_id = env if isinstance(env, str) else None
        self.env_kwargs = dict(env_kwargs or {})
        playing_kwargs = self._playing_kwargs() if isinstance(env, str) else self.env_kwargs
        self.env = make_text_env(env, self.episodes_per_update, **playing_kwargs)
        # A foreign environment draws its problem from the seed: there is no end of them.
        self.num_problems = int(env_attribute(self.env, "num_problems", 2**31))
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.policy.seed(seed)
        self.num_episodes = 0
        self.num_timesteps = 0
        self.num_updates = 0
        self.total_episodes = self.default_episodes
        self.is_between_updates = True
        self.callback_state: dict[str, Any] = {}
        self.logger = Logger(folder=None, output_formats=[])

    @property
    @abstractmethod
    def episodes_per_update(self) -> int:
        """How many episodes `collect` plays."""

    @abstractmethod
    def collect(self) -> list[Episode]:
        """Play what the next update learns from."""

    @abstractmethod
    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Learn from what was played.

        Args:
            episodes: What `collect` returned.

        Returns:
            Numbers worth logging, such as the loss, by name.
        """

    @property
    def progress(self) -> float:
        """Share of the run that is played, in [0, 1]."""
        return min(1.0, self.num_episodes / self.total_episodes)

    def learn(
        self, total_episodes: int, callback: MaybeCallback = None, progress_bar: bool = False
    ) -> Self:
        """Collect and update until this many episodes were played in all.

        Episodes played before, also by the run that a checkpoint was loaded from,
        count: ``load(...).learn(n)`` goes on with an interrupted ``learn(n)``.

        Args:
            total_episodes: Episodes of the whole run. Schedules follow it.
            callback: One or more of Stable-Baselines3's callbacks; a rollout is what
                `collect` plays, a step is an update.
            progress_bar: Whether to show one, with the metrics that matter.

        Returns:
            The algorithm itself.

        Raises:
            ArgumentError: If ``total_episodes`` is not a whole number above 0.
            DivergenceError: If a loss or gradient is infinite or no number. It names
                the update and the file that keeps its episodes; the step is not taken.
        """
        self.total_episodes = check_count("total_episodes", total_episodes)
        callbacks = _as_callback(callback, [ProgressBar()] if progress_bar else [])
        callbacks.init_callback(cast("BaseAlgorithm", self))
        callbacks.on_training_start(locals(), globals())
        try:
            while self.num_episodes < total_episodes:
                callbacks.on_rollout_start()
                self.is_between_updates = False
                episodes = self.collect()
                callbacks.on_rollout_end()
                learned = self._update(episodes)
                self.num_episodes += len(episodes)
                self.num_timesteps += sum(len(episode.turns) for episode in episodes)
                self.num_updates += 1
                self.is_between_updates = True
                self._record("train", {**_played(episodes), **learned})
                callbacks.update_locals(locals())
                goes_on = callbacks.on_step()
                self.logger.dump(self.num_timesteps)
                if not goes_on:
                    break
        finally:
            callbacks.on_training_end()
        return self

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation.

        Args:
            conversations: What was said so far, the newest message last.
            deterministic: Whether to say the likeliest token each time.

        Returns:
            One completion per conversation, in order.
        """
        return self.policy.act(conversations, self._sampling(deterministic))

    def predict(
        self, observation: str, state: Conversation | None = None, deterministic: bool = True
    ) -> tuple[str, Conversation]:
        """Answer one observation, in the way of Stable-Baselines3.

        Args:
            observation: The newest message of the environment.
            state: What was said before, as returned by the last call; None at the
                start of an episode.
            deterministic: Whether to say the likeliest token each time.

        Returns:
            The action and the new state.

        Raises:
            ArgumentError: If ``observation`` is not a text.
        """
        if not isinstance(observation, str):
            raise argument_error("observation", "a text", observation)
        conversation = (*(state or ()), Message(Role.USER, observation))
        completion = self.act([conversation], deterministic=deterministic)[0]
        return completion.text, (*conversation, completion.message)

    def evaluate(self, problems: Sequence[int], split: str = "validation") -> TurnMetrics:
        """Play problems of another split greedily and measure.

        Args:
            problems: Indices of the problems.
            split: Where they are from.

        Returns:
            What the episodes show.

        Raises:
            ArgumentError: If the algorithm was given a vector environment, which
                has one split only, instead of an id.
        """
        if self.env_id is None:
            remedy = "Then the environment can be made anew with another split."
            raise argument_error("env", "given by its id to be evaluated", self.env, remedy)
        env = make_text_env(
            self.env_id, min(len(problems), 256), **{**self.env_kwargs, "split": split}
        )
        try:
            return turn_metrics(
                play_episodes(AlgorithmPolicy(self, deterministic=True), env, problems)
            )
        finally:
            env.close()

    def set_logger(self, logger: Logger) -> None:
        """Record metrics here from now on; `stable_baselines3.common.logger.configure` makes one.

        Args:
            logger: With the output formats that are wanted, such as CSV or TensorBoard.
        """
        self.logger = logger

    def get_env(self) -> VectorEnv[Any, Any, Any]:
        """Return the environment; callbacks ask for it."""
        return self.env

    def save(self, folder: str | Path) -> None:
        """Write a checkpoint from which `load` goes on, bit for bit on a CPU.

        It holds the policy in the usual Hugging Face layout under ``policy``, the
        tensors of the learner, and all counters and random states. Whatever happens
        while it is written, the one before or the new one is there afterwards.

        Args:
            folder: Where it goes; a checkpoint that lies there is replaced.
        """
        save_learner(self, Path(folder))

    @classmethod
    def load(
        cls,
        folder: str | Path,
        env: str | VectorEnv[Any, Any, Any] | None = None,
        *,
        device: str | torch.device = "cpu",
        **arguments: Any,
    ) -> Self:
        """Read a checkpoint that `save` wrote.

        Args:
            folder: The checkpoint.
            env: The environment to go on in; the one it was saved with if None.
            device: Where the model goes, wherever it was when it was saved.
            **arguments: Of the algorithm's own ``__init__``, where it has more than
                this class: what no checkpoint can hold, such as a function.

        Returns:
            The algorithm, ready to learn on.

        Raises:
            DataNotFoundError: If there is no checkpoint.
            CheckpointError: If another algorithm wrote it, or it cannot be read.
            ArgumentError: If ``env`` is needed, because the checkpoint was saved
                with an environment that has no id, and is None; or if there is no
                such device.
        """
        return load_learner(cls, Path(folder), env, arguments, device)

    def state_dict(self) -> dict[str, Any]:
        """Return what `save` keeps besides the policy; a subclass adds its own.

        Returns:
            Nested dicts, lists and tuples of tensors and plain data; all that decides
            how learning goes on and is no part of policy, config and counters. Chance
            comes from `random` and from the policy's generator, which are kept anyway.
        """
        return {}

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""

    def _sampling(self, deterministic: bool) -> SamplingConfig:
        """How this algorithm samples; the likeliest tokens if deterministic."""
        sampling = self.policy.sampling
        return replace(sampling, temperature=0.0) if deterministic else sampling

    def _playing_kwargs(self) -> dict[str, Any]:
        """Return the arguments of the environment to learn in; those to evaluate in stay."""
        return self.env_kwargs

    def _update(self, episodes: list[Episode]) -> dict[str, float]:
        """Learn from what was played, and stop at the first number that is none."""
        try:
            with finite_steps():
                learned = self.update(episodes)
            check_losses(learned)
        except FloatingPointError as error:
            folder = self.logger.get_dir()
            raise diverged(
                error, update=self.num_updates + 1, episodes=episodes, folder=folder
            ) from error
        return learned

    def _record(self, group: str, numbers: Mapping[str, float]) -> None:
        for name, number in numbers.items():
            self.logger.record(f"{group}/{name}", number)


def _as_callback(callback: MaybeCallback, more: list[BaseCallback]) -> CallbackList:
    """Make one callback of whatever Stable-Baselines3 accepts as one, and of ours."""
    if callback is None:
        given: list[BaseCallback] = []
    elif isinstance(callback, list):
        given = callback
    elif isinstance(callback, BaseCallback):
        given = [callback]
    else:
        given = [ConvertCallback(callback)]
    return CallbackList([*given, *more])


def _played(episodes: Sequence[Episode]) -> dict[str, float]:
    """What the episodes of one update show."""
    stops = [turn.completion.stop for episode in episodes for turn in episode.turns]
    numbers = {
        # What was cut off may have been right, and is judged wrong.
        "truncated_frac": stops.count(StopReason.LENGTH) / len(stops),
        "reward": float(np.mean([episode.total_reward for episode in episodes])),
        "tokens_per_episode": float(np.mean([episode.num_tokens for episode in episodes])),
    }
    if all(turn.verdict is not None for episode in episodes for turn in episode.turns):
        numbers |= turn_metrics(episodes).to_scalars()
    return numbers
