"""STaR: learn from right samples, and from what a hint makes right; ReST-EM without hints."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from rethink_gym.agents.algorithms.expert_iteration import ExpertIterationConfig
from rethink_gym.agents.demonstrations import (
    Demonstration,
    demonstrate,
    is_correct,
    learned_turns,
    problems_of,
)
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.rollout import env_attribute, play_episodes
from rethink_gym.agents.training.self_training import SelfTraining
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error
from rethink_gym.verifiers.code import CodeVerifier

__all__ = ["ReSTEM", "ReSTEMConfig", "STaR", "STaRConfig"]


@dataclass(frozen=True, kw_only=True)
class STaRConfig(ExpertIterationConfig):
    """The settings of STaR.

    One greedy sample per problem, hints for the rest, a fit of the base model to this
    round's solutions alone: the paper's. Not the paper's are the prompt, which there
    begins with worked examples, and the length of a fit, which there grows by a fifth
    from round to round.

    Attributes:
        rationalise: Whether problems without a right sample are tried again with a
            hint.
        hint: What follows the prompt then, ``{gold}`` being the right answer: where a
            program is asked for, the worked solution, since the gold answer is its
            hidden tests. The prompt that is learned does not have it.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    samples_per_problem: int = 1
    temperature: float = 0.0
    keep_all_rounds: bool = False
    rationalise: bool = True
    hint: str = "Hint: the answer is {gold}."

    def __post_init__(self) -> None:
        ExpertIterationConfig.__post_init__(self)
        if self.rationalise and "{gold}" not in self.hint:
            raise argument_error("hint", "a text with {gold} in it", self.hint)


@dataclass(frozen=True, kw_only=True)
class ReSTEMConfig(STaRConfig):
    """The settings of ReST-EM: STaR with many samples, a cap, and no hints.

    The cap of 10 solutions per problem, the restart from the base and the 32 samples
    of mathematical problems are the paper's; so is the temperature.
    """

    num_problems: int = 256
    samples_per_problem: int = 32
    max_per_problem: int = 10
    temperature: float = 0.7
    rationalise: bool = False


STaRConfigT = TypeVar("STaRConfigT", bound=STaRConfig)


class _Rationalising(SelfTraining[STaRConfigT]):
    """STaR, under whichever name."""

    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Keep what is right, and what is right with a hint where nothing else is."""
        right = [episode for episode in episodes if is_correct(episode.turns[-1])]
        if self.config.rationalise:
            solved = {episode.problem_id for episode in right}
            right += self._rationalised(solved)
        return [
            demonstrate(self.policy, episode, learned_turns(episode, self.config.learned_turns))
            for episode in right
        ]

    def _rationalised(self, solved: set[str]) -> list[Episode]:
        """Play the problems that are not solved with a hint; return what is right."""
        problems = problems_of(self.env, self.problems)
        failed = [
            (index, problem)
            for index, problem in zip(self.problems, problems, strict=True)
            if problem.id not in solved
        ]
        is_code = isinstance(env_attribute(self.env, "verifier", None), CodeVerifier)
        told = {
            index: (problem.prompt, problem.solution if is_code else problem.gold)
            for index, problem in failed
        }
        hints = {
            prompt: self.config.hint.replace("{gold}", answer)
            for prompt, answer in told.values()
            if answer
        }
        # The environment, and so the episode, knows nothing of the hint.
        hinted = [index for index, (prompt, _) in told.items() if prompt in hints]
        played = play_episodes(_Hinted(self, hints), self.env, hinted, seed=self.seed)
        return [episode for episode in played if is_correct(episode.turns[-1])]


class STaR(_Rationalising[STaRConfig]):
    """Self-taught reasoner.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts; one that tells its
            task, where a hint is to be given.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.

    References:
        Zelikman et al., "STaR: Bootstrapping Reasoning With Reasoning", 2022,
        algorithm 1 (arXiv:2203.14465).
    """

    name: ClassVar = "star"
    config_class: ClassVar = STaRConfig
    default_episodes: ClassVar = 3_072


class ReSTEM(_Rationalising[ReSTEMConfig]):
    """Reinforced self-training by expectation-maximisation.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.

    References:
        Singh et al., "Beyond Human Data: Scaling Self-Training for Problem-Solving
        with Language Models", 2023, algorithm 1 (arXiv:2312.06585).
    """

    name: ClassVar = "rest_em"
    config_class: ClassVar = ReSTEMConfig
    default_episodes: ClassVar = 24_576


class _Hinted:
    """A policy that reads a hint behind the prompt of some problems."""

    def __init__(self, policy: Policy, hints: dict[str, str]) -> None:
        self._policy = policy
        self._hints = hints

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return self._policy.act([self._with_hint(each) for each in conversations])

    def _with_hint(self, conversation: Conversation) -> Conversation:
        prompt = conversation[0].content
        hinted = replace(conversation[0], content=f"{prompt}\n{self._hints[prompt]}")
        return (hinted, *conversation[1:])
