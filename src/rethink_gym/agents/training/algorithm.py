"""The base class of every learner: the methods of Stable-Baselines3 for language models."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
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
from rethink_gym.agents.training.config import TrainingConfig
from rethink_gym.agents.training.divergence import divergence_error
from rethink_gym.agents.training.progress_bar import ProgressBar
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.metrics.turns import TurnMetrics, turn_metrics

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

__all__ = ["Algorithm"]

ConfigT = TypeVar("ConfigT", bound=TrainingConfig)


class Algorithm(ABC, Generic[ConfigT]):
    """A policy that learns in a text environment.

    A subclass sets `name`, `config_class` and `default_episodes`, and writes the two
    methods in which algorithms differ: `collect` plays episodes, `update` trains on them.

    Args:
        policy: The language model to train; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings; the defaults of `config_class` if None.
        seed: Seed of the problems that are played and the tokens that are sampled.
        env_kwargs: Options of an environment given by its id, such as ``{"level": 1}``.

    Attributes:
        num_episodes: Number of episodes played so far.
        num_timesteps: Number of environment steps so far, one per turn; callbacks of
            Stable-Baselines3 read this name.
        num_updates: Number of updates so far.
        is_between_updates: Whether all episodes that were played have been trained on, so
            that `save` keeps a state to resume from. Callbacks that save check it.
        callback_state: State of callbacks, by the name of the callback: nested plain data
            and tensors. It is saved with the checkpoint.
        logger: Where metrics are recorded; see `set_logger`.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` has the wrong type, or the
            policy was given sampling settings other than those of the config.
    """

    name: ClassVar[str]
    config_class: ClassVar[type[Any]]
    default_episodes: ClassVar[int]
    """Default number of episodes of a whole run."""

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
        self._check_sampling()
        self.env_id = env if isinstance(env, str) else None
        self.env_kwargs = dict(env_kwargs or {})
        self.env = make_text_env(env, self.episodes_per_update, **self.env_kwargs)
        # A foreign environment draws its problem from the seed: it has no last problem.
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
        """Number of episodes that `collect` plays."""

    @abstractmethod
    def collect(self) -> list[Episode]:
        """Play the episodes of the next update."""

    @abstractmethod
    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Train on episodes.

        Args:
            episodes: What `collect` returned.

        Returns:
            Numbers worth logging, such as the loss, by name.
        """

    @property
    def progress(self) -> float:
        """Fraction of the run that is over, in [0, 1]."""
        return min(1.0, self.num_episodes / self.total_episodes)

    def learn(
        self, total_episodes: int, callback: MaybeCallback = None, progress_bar: bool = False
    ) -> Self:
        """Train until ``total_episodes`` rollouts have been collected.

        Episodes played before count, also those of the run that a checkpoint was loaded
        from: ``load(...).learn(n)`` resumes an interrupted ``learn(n)``.

        Args:
            total_episodes: Number of episodes of the whole run. Schedules follow it.
            callback: One or more callbacks of Stable-Baselines3; a rollout is one call of
                `collect`, a step is an update.
            progress_bar: Whether to show one, with the most important metrics.

        Returns:
            The algorithm itself.

        Raises:
            ArgumentError: If ``total_episodes`` is not a whole number above 0, or the policy
                was given other sampling settings since.
            DivergenceError: If a loss or gradient is NaN or infinite. It names the update
                and the file that keeps its episodes; the step is not taken.
        """
        self.total_episodes = check_count("total_episodes", total_episodes)
        self._check_sampling()
        callbacks = _as_callback(callback, [ProgressBar()] if progress_bar else [])
        callbacks.init_callback(cast("BaseAlgorithm", self))
        callbacks.on_training_start(locals(), globals())
        try:
            while self.num_episodes < total_episodes:
                callbacks.on_rollout_start()
                self.is_between_updates = False
                episodes = self.collect()
                callbacks.on_rollout_end()
                learned = self._checked_update(episodes)
                self.num_episodes += len(episodes)
                self.num_timesteps += sum(len(episode.turns) for episode in episodes)
                self.num_updates += 1
                self.is_between_updates = True
                self._record("train", {**self._rollout_metrics(episodes), **learned})
                callbacks.update_locals(locals())
                continues = callbacks.on_step()
                self.logger.dump(self.num_timesteps)
                if not continues:
                    break
        finally:
            callbacks.on_training_end()
        return self

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Generate the next message of each conversation.

        Args:
            conversations: The conversations so far, the newest message last.
            deterministic: Whether to decode greedily instead of sampling.

        Returns:
            One completion per conversation, in order.
        """
        return self.policy.act(conversations, self.sampling(deterministic=deterministic))

    def sampling(self, *, deterministic: bool = False) -> SamplingConfig:
        """Return how this learner samples: by its config, with the policy's stop strings."""
        return SamplingConfig(
            max_new_tokens=self.config.max_new_tokens,
            temperature=0.0 if deterministic else self.config.temperature,
            stop_strings=self.policy.sampling.stop_strings,
        )

    def predict(
        self, observation: str, state: Conversation | None = None, deterministic: bool = True
    ) -> tuple[str, Conversation]:
        """Answer one observation, as in Stable-Baselines3.

        Args:
            observation: The newest message of the environment.
            state: The conversation so far, as returned by the last call; None at the
                start of an episode.
            deterministic: Whether to decode greedily instead of sampling.

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
        """Play problems of another split with greedy decoding, and measure.

        Args:
            problems: Indices of the problems.
            split: Split of the problems.

        Returns:
            The metrics of the episodes.

        Raises:
            ArgumentError: If the algorithm was given a vector environment, which has one
                split only, instead of an id.
        """
        if self.env_id is None:
            remedy = "Then the environment can be made again with another split."
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
            logger: A logger with output formats such as CSV or TensorBoard.
        """
        self.logger = logger

    def get_env(self) -> VectorEnv[Any, Any, Any]:
        """Return the environment; callbacks ask for it."""
        return self.env

    def save(self, folder: str | Path) -> None:
        """Write a checkpoint from which `load` resumes, bit for bit on a CPU.

        It holds the policy in the usual Hugging Face layout under ``policy``, the tensors of
        the learner, and all counters and random states. It is written atomically: after a
        crash, the old checkpoint or the new one is there.

        Args:
            folder: Folder of the checkpoint; an existing checkpoint is replaced.
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
            folder: Folder of the checkpoint.
            env: Environment to resume in; the one it was saved with if None.
            device: Device of the model, whichever it was saved on.
            **arguments: Further arguments of the subclass's ``__init__`` that no
                checkpoint can hold, such as a function.

        Returns:
            The algorithm, ready to learn on.

        Raises:
            DataNotFoundError: If there is no checkpoint.
            CheckpointError: If another algorithm or another version wrote it, or it
                cannot be read.
            ArgumentError: If ``env`` is None and the checkpoint was saved with an
                environment without an id; or if there is no such device.
        """
        return load_learner(cls, Path(folder), env, arguments, device)

    def state_dict(self) -> dict[str, Any]:
        """Return what `save` keeps besides the policy; a subclass adds its own state.

        Returns:
            Nested dicts, lists and tuples of tensors and plain data: everything that
            decides how training continues and is not part of policy, config and counters.
            The states of `random` and of the policy's generator are kept anyway.
        """
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""

    def save_extra(self, folder: Path) -> None:
        """Write further files into a checkpoint; called within the atomic write.

        Args:
            folder: The folder that becomes the checkpoint.
        """

    def load_extra(self, folder: Path) -> None:
        """Read what `save_extra` wrote.

        Args:
            folder: The checkpoint.
        """

    def _check_sampling(self) -> None:
        """Refuse a policy whose own sampling settings training would silently ignore."""
        if not self.policy.has_own_sampling:
            return
        for name in ("temperature", "max_new_tokens"):
            own, ours = getattr(self.policy.sampling, name), getattr(self.config, name)
            if own != ours:
                remedy = (
                    f"Training samples by its config: set {name}={own!r} there, "
                    "or give the policy no sampling settings of its own."
                )
                raise argument_error(
                    f"policy.sampling.{name}", f"{ours!r}, as in config", own, remedy
                )

    def _checked_update(self, episodes: list[Episode]) -> dict[str, float]:
        """Update, and stop at the first loss or gradient that is NaN or infinite."""
        try:
            learned = self.update(episodes)
            for name, number in learned.items():
                if name.endswith("loss") and not math.isfinite(number):
                    raise FloatingPointError(f"{name} {number}")
        except FloatingPointError as error:
            folder = self.logger.get_dir()
            raise divergence_error(
                error, update=self.num_updates + 1, episodes=episodes, folder=folder
            ) from error
        return learned

    def _rollout_metrics(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Return what the episodes of one update show."""
        stops = [turn.completion.stop for episode in episodes for turn in episode.turns]
        is_full = [
            episode.is_context_full or episode.turns[-1].completion.stop is StopReason.CONTEXT
            for episode in episodes
        ]
        numbers = {
            # An answer that was cut off may have been correct, and is judged incorrect.
            "truncated_frac": stops.count(StopReason.LENGTH) / len(stops),
            "context_frac": float(np.mean(is_full)),
            "reward": float(np.mean([episode.total_reward for episode in episodes])),
            "tokens_per_episode": float(np.mean([episode.num_tokens for episode in episodes])),
        }
        if any(turn.verdict is None for episode in episodes for turn in episode.turns):
            return numbers
        metrics = turn_metrics(episodes)
        if env_attribute(self.env, "has_attempts", True):
            return numbers | metrics.to_scalars()
        return numbers | {"solved": metrics.accuracies[-1]}  # a step is not an answer

    def _record(self, group: str, numbers: Mapping[str, float]) -> None:
        for name, number in numbers.items():
            self.logger.record(f"{group}/{name}", number)


def _as_callback(callback: MaybeCallback, more: list[BaseCallback]) -> CallbackList:
    """Combine any callback that Stable-Baselines3 accepts with ours."""
    if callback is None:
        given: list[BaseCallback] = []
    elif isinstance(callback, list):
        given = callback
    elif isinstance(callback, BaseCallback):
        given = [callback]
    else:
        given = [ConvertCallback(callback)]
    return CallbackList([*given, *more])
