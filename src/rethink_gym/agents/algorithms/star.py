"""STaR: train on correct samples, and on those that a hint makes correct; ReST-EM without hints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import (
    LearnedTurns,
    SFTExample,
    is_correct,
    learned_turns,
    make_example,
    num_free_tokens,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.policy import Policy
from rethink_gym.agents.rollout import env_attribute, play_episodes, problems_of
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = ["ReSTEM", "ReSTEMConfig", "STaR", "STaRConfig"]


@dataclass(frozen=True, kw_only=True)
class STaRConfig(SelfTrainingConfig):
    """Settings of STaR; see `SelfTrainingConfig` for the others.

    From the paper: one greedy sample per problem, hints for the rest, a fit of the base
    model to the solutions of this round alone. Not from the paper: the prompt, which there
    starts with worked examples, and the length of a fit, which there grows by a fifth from
    round to round.

    Attributes:
        learned_turns: Which turns of a selected episode contribute to the loss.
        rationalise: Whether problems without a correct sample are tried again with a hint.
        hint: Text after the prompt of such a problem, with ``{gold}`` for the answer. Where
            the gold answer must stay hidden, as the tests of a program, it is what the
            verifier may reveal. The prompt that is trained does not contain the hint.

    Raises:
        ArgumentError: If a value is out of its range, or ``hint`` has no ``{gold}``.
    """

    samples_per_problem: int = 1
    temperature: float = 0.0
    keep_all_rounds: bool = False
    learned_turns: LearnedTurns = "correct"
    rationalise: bool = True
    hint: str = "Hint: the answer is {gold}."

    def __post_init__(self) -> None:
        """Check the settings."""
        SelfTrainingConfig.__post_init__(self)
        if self.rationalise and "{gold}" not in self.hint:
            raise argument_error("hint", "a text with {gold} in it", self.hint)


@dataclass(frozen=True, kw_only=True)
class ReSTEMConfig(STaRConfig):
    """Settings of ReST-EM: STaR with many samples, a cap, and no hints.

    From the paper: the cap of 10 solutions per problem, the restart from the base, the 32
    samples of mathematical problems, and the temperature.
    """

    num_problems: int = 256
    samples_per_problem: int = 32
    max_per_problem: int = 10
    temperature: float = 0.7
    rationalise: bool = False


class STaR(SelfTraining[STaRConfig]):
    """Self-taught reasoner; see `Algorithm` for the arguments.

    Raises:
        ArgumentError: If ``config.rationalise`` is set, and the environment has no task: a
            hint needs the gold answers.

    References:
        Zelikman et al., "STaR: Bootstrapping Reasoning With Reasoning", 2022,
        algorithm 1 (arXiv:2203.14465).
    """

    name: ClassVar = "star"
    config_class: ClassVar = STaRConfig
    default_episodes: ClassVar = 3_072

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: STaRConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        if self.config.rationalise:
            problems_of(self.env, self.problems[:1])  # refused now if there is no task

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Fit the base model to the correct samples, with and without hints."""
        return self.imitate(self.select(episodes))

    def select(self, episodes: Sequence[Episode]) -> list[SFTExample]:
        """Keep correct samples, and correct samples with a hint for all other problems."""
        correct = [episode for episode in episodes if is_correct(episode.turns[-1])]
        if self.config.rationalise:
            correct += self.rationalised({episode.problem_id for episode in correct})
        return [
            make_example(self.policy, episode, learned_turns(episode, self.config.learned_turns))
            for episode in correct
        ]

    def rationalised(self, solved: set[str]) -> list[Episode]:
        """Play the problems that are not solved with a hint.

        Args:
            solved: Ids of the problems with a correct sample.

        Returns:
            The episodes with a correct last answer. Environment and episode do not contain
            the hint.
        """
        verifier = env_attribute(self.env, "verifier", None)
        problems = problems_of(self.env, self.problems)
        indices, hints = [], []
        for index, problem in zip(self.problems, problems, strict=True):
            gold = problem.gold if verifier is None else verifier.hint_text(problem)
            if problem.id not in solved and gold:
                indices.append(index)
                hints.append(self.config.hint.replace("{gold}", gold))
        hinted = _Hinted(self, self.policy, hints)
        played = play_episodes(hinted, self.env, indices, seed=self.seed)
        return [episode for episode in played if is_correct(episode.turns[-1])]


class ReSTEM(STaR):
    """Reinforced self-training by expectation-maximisation; see `Algorithm` for the arguments.

    References:
        Singh et al., "Beyond Human Data: Scaling Self-Training for Problem-Solving
        with Language Models", 2023, algorithm 1 (arXiv:2312.06585).
    """

    name: ClassVar = "rest_em"
    config_class: ClassVar = ReSTEMConfig
    default_episodes: ClassVar = 24_576


class _Hinted:
    """A policy that reads a hint after the first prompt of each episode.

    A prompt that the hint would make longer than the model's context stays as it is.
    """

    def __init__(self, policy: Policy, model: LanguageModel, hints: Sequence[str]) -> None:
        self._policy = policy
        self._model = model
        self._hints = hints

    def act_in(
        self, conversations: Sequence[Conversation], episodes: Sequence[int]
    ) -> list[Completion]:
        """Answer each conversation with the hint of its episode in the first prompt."""
        hinted = []
        for conversation, episode in zip(conversations, episodes, strict=True):
            prompt = f"{conversation[0].content}\n{self._hints[episode]}"
            first = replace(conversation[0], content=prompt)
            has_room = num_free_tokens(self._model, (first,)) > 0
            hinted.append((first, *conversation[1:]) if has_room else conversation)
        return self._policy.act(hinted)
