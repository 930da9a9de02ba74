"""Vector environment of text environments, whose answers are verified in batches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import or_
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from rethink_gym.envs.reset_options import check_reset_mask, expand_numbers
from rethink_gym.envs.text_env import ResetNeededError, TextEnv
from rethink_gym.envs.vector.info import batch_infos
from rethink_gym.envs.vector.verification import BatchVerification
from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verdict import Verdict

__all__ = ["TextVectorEnv"]

_Bools: TypeAlias = npt.NDArray[np.bool_]
_Floats: TypeAlias = npt.NDArray[np.float64]
_Info: TypeAlias = dict[str, Any]
_Step: TypeAlias = tuple[str, float, bool, bool, _Info]


class TextVectorEnv(VectorEnv[tuple[str, ...], Sequence[str], npt.NDArray[Any]]):
    """Step several `TextEnv` together.

    It returns exactly what Gymnasium's `SyncVectorEnv` returns for the same environments,
    seeds and actions, in each of the three autoreset modes. But it passes all answers that
    share a verifier to `Verifier.verify_batch` at once.

    `reset` has two options: ``"problem"``, one index for all sub-environments or one for
    each of them, and ``"reset_mask"``, a bool array of the sub-environments to reset.

    Args:
        env_fns: Functions that make the sub-environments, without wrappers.
        autoreset_mode: When a sub-environment whose episode is over starts the next one:
            ``"NextStep"`` (at the next step, whose action it ignores), ``"SameStep"``
            (at once; the last observation and info are in the infos ``final_obs`` and
            ``final_info``), or ``"Disabled"`` (when `reset` is called with a
            ``reset_mask``).

    Raises:
        ArgumentError: If ``env_fns`` is empty, a function does not return a `TextEnv`,
            ``max_chars`` differs between the sub-environments, or ``autoreset_mode`` is
            unknown.

    Examples:
        >>> from rethink_gym.envs import ReasoningEnv, TextVectorEnv
        >>> from rethink_gym.envs.tasks import MathMix
        >>> task = MathMix(level=1)
        >>> envs = TextVectorEnv([lambda: ReasoningEnv(task)] * 2)
        >>> prompts, infos = envs.reset(seed=0, options={"problem": [3, 4]})
        >>> infos["problem_id"].tolist()
        ['math/level1/train/3', 'math/level1/train/4']
        >>> answers = [f"A: {problem.gold}" for problem in envs.get_attr("problem")]
        >>> envs.step(answers)[1].tolist()  # the rewards
        [1.0, 1.0]
    """

    def __init__(
        self,
        env_fns: Iterable[Callable[[], TextEnv]],
        *,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    ) -> None:
        self.envs: list[TextEnv] = []  # first: Gymnasium closes it even if __init__ fails
        if not isinstance(autoreset_mode, AutoresetMode):
            modes = [mode.value for mode in AutoresetMode]
            autoreset_mode = AutoresetMode(check_choice("autoreset_mode", autoreset_mode, modes))
        self.autoreset_mode = autoreset_mode
        self.envs = [_check_env(env_fn()) for env_fn in env_fns]
        if not self.envs:
            raise argument_error("env_fns", "at least one function", self.envs)
        self.num_envs = len(self.envs)
        first = self.envs[0]
        self.metadata = {**first.metadata, "autoreset_mode": autoreset_mode}
        self.render_mode = first.render_mode
        self.single_observation_space = first.observation_space
        self.single_action_space = first.action_space
        if any(env.action_space != self.single_action_space for env in self.envs):
            raise argument_error(
                "max_chars",
                "the same in all sub-environments",
                [env.max_chars for env in self.envs],
            )
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._observations = [""] * self.num_envs
        self._is_over = [False] * self.num_envs
        self._verification = BatchVerification()

    @property  # type: ignore[misc]  # Gymnasium's own vector envs override it like this, too
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The random generators of the sub-environments."""
        return tuple(env.np_random for env in self.envs)

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]
        """The seeds of the sub-environments."""
        return tuple(env.np_random_seed for env in self.envs)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[tuple[str, ...], _Info]:
        """Start an episode in all sub-environments, or in those that a mask selects.

        Args:
            seed: Seed of the sub-environments: number ``i`` gets ``seed + i``, or the seed
                at index ``i`` of a sequence.
            options: See the class.

        Returns:
            The observations of all sub-environments, and the infos of those that
            were reset.

        Raises:
            ArgumentError: If ``seed`` or ``"problem"`` is neither a whole number nor one for
                each sub-environment, ``"reset_mask"`` is not such a bool array, an option
                is unknown, or the split has no such problem.
        """
        seeds = expand_numbers("seed", seed, self.num_envs, offset=1)
        rest = dict(options or {})
        is_reset = check_reset_mask(rest.pop("reset_mask", None), self.num_envs)
        problems = expand_numbers(
            "options['problem']", rest.pop("problem", None), self.num_envs, offset=0
        )
        infos: list[_Info] = [{}] * self.num_envs
        for index in np.flatnonzero(is_reset):
            problem = problems[index]
            own = rest if problem is None else {**rest, "problem": problem}
            self._observations[index], infos[index] = self.envs[index].reset(
                seed=seeds[index], options=own
            )
            self._is_over[index] = False
        return tuple(self._observations), batch_infos(infos)

    def step(
        self, actions: Sequence[str]
    ) -> tuple[tuple[str, ...], _Floats, _Bools, _Bools, _Info]:
        """Step each sub-environment.

        Args:
            actions: One action for each sub-environment. It is ignored if the
                sub-environment starts a new episode now (autoreset mode ``"NextStep"``).

        Returns:
            The observations; the rewards, float64; whether each episode terminated, bool;
            whether it was truncated, bool; all of length ``num_envs``; and the infos.

        Raises:
            ArgumentError: If there are not as many actions as sub-environments.
            ActionError: If an action is not a text, or is longer than ``max_chars``; then no
                sub-environment was stepped.
            ResetNeededError: If a sub-environment has no running episode.
        """
        if len(actions) != self.num_envs:
            raise argument_error("actions", f"{self.num_envs} texts", actions)
        starting = self._is_over
        if self.autoreset_mode is AutoresetMode.DISABLED and any(starting):
            raise ResetNeededError(
                f"The sub-environments {np.flatnonzero(starting).tolist()} have ended their "
                "episodes. Call reset(options={'reset_mask': mask}) for them first."
            )
        verdicts = self._verification.verify_actions(self.envs, actions, starting)
        if self.autoreset_mode is AutoresetMode.SAME_STEP:
            steps = map(_advance_then_start, self.envs, actions, verdicts)
        else:
            steps = map(_start_or_advance, self.envs, actions, verdicts, starting)
        observations, rewards, terminations, truncations, infos = zip(*steps, strict=True)
        self._observations = list(observations)
        if self.autoreset_mode is not AutoresetMode.SAME_STEP:
            self._is_over = list(map(or_, terminations, truncations))
        return (
            observations,
            np.array(rewards, np.float64),
            np.array(terminations, np.bool_),
            np.array(truncations, np.bool_),
            batch_infos(infos),
        )

    def render(self) -> tuple[str | None, ...]:  # type: ignore[override]
        """Return the dialogue of each sub-environment so far."""
        return tuple(env.render() for env in self.envs)

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call a method of each sub-environment, or read an attribute of each.

        Args:
            name: The method or attribute.
            *args: Passed on to the method.
            **kwargs: Passed on to the method.

        Returns:
            What each sub-environment returned, or the value of the attribute.
        """
        attributes = [env.get_wrapper_attr(name) for env in self.envs]
        return tuple(each(*args, **kwargs) if callable(each) else each for each in attributes)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Return the attribute ``name`` of each sub-environment."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute of each sub-environment.

        Args:
            name: The attribute.
            values: A list or tuple with one value each, or the value of all.

        Raises:
            ArgumentError: If there are not as many values as sub-environments.
        """
        if not isinstance(values, (list, tuple)):
            values = [values] * self.num_envs
        if len(values) != self.num_envs:
            raise argument_error("values", f"of length {self.num_envs}", values)
        for env, value in zip(self.envs, values, strict=True):
            env.set_wrapper_attr(name, value)

    def get_state(self) -> dict[str, Any]:
        """Return everything that decides how the sub-environments continue, as plain JSON data."""
        return {
            "autoreset_mode": self.autoreset_mode.value,
            "envs": [env.get_state() for env in self.envs],
            "observations": list(self._observations),
            "is_over": list(map(bool, self._is_over)),
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `get_state` returned, of this or an equal environment.

        Args:
            state: The state; it is not changed, and may be used again.

        Raises:
            ArgumentError: If the state is from an environment with another autoreset mode,
                number of sub-environments or other settings.
        """
        own = (self.autoreset_mode.value, self.num_envs)
        other = (state["autoreset_mode"], len(state["envs"]))
        if other != own:
            raise argument_error(
                "state", f"that of an environment with the mode and size {own}", other
            )
        for env, each in zip(self.envs, state["envs"], strict=True):
            env.set_state(each)
        self._observations = list(state["observations"])
        self._is_over = list(state["is_over"])

    def close_extras(self, **kwargs: Any) -> None:
        """Close the sub-environments."""
        for env in self.envs:
            env.close()


def _start_or_advance(env: TextEnv, action: str, verdict: Verdict | None, starts: bool) -> _Step:
    """Start the next episode if it is due, else advance the running one."""
    if not starts:
        return env.advance(action, verdict)
    observation, info = env.reset()
    return observation, 0.0, False, False, info


def _advance_then_start(env: TextEnv, action: str, verdict: Verdict | None) -> _Step:
    """Advance the running episode, and start the next one if that ends it."""
    observation, reward, terminated, truncated, info = step = env.advance(action, verdict)
    if not (terminated or truncated):
        return step
    final = {"final_obs": observation, "final_info": info}
    observation, info = env.reset()
    return observation, reward, terminated, truncated, final | info


def _check_env(env: object) -> TextEnv:
    if isinstance(env, TextEnv):
        return env
    raise argument_error(
        "env_fns",
        "functions that make a TextEnv, such as ReasoningEnv, without wrappers",
        env,
        "For other environments use gymnasium.vector.SyncVectorEnv.",
    )
