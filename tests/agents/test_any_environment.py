"""Every learner trains on single turns and on programs, with the verifiers of those tasks."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest
import torch
from tests.models import make_llama, make_tokenizer

from rethink_gym import agents
from rethink_gym.agents.demonstrations import encode_completion
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import problems_of
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.self_training import SelfTraining
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason

SMALL: dict[str, Any] = {
    "problems_per_update": 2,
    "samples_per_problem": 2,
    "num_problems": 2,
    "num_candidates": 2,
    "batch_size": 4,
    "num_epochs": 1,
    "num_minibatches": 1,
    "max_new_tokens": 6,
    "max_steps": 2,
    "temperature": 1.0,
}
CORRECTING = {"correction_star", "pair_sft"}
"""Learners of corrections; a single turn cannot contain one."""
COMBINATIONS = [
    (name, env_id)
    for env_id in ("Math-v0", "Code-v0", "CodeSelfCorrect-v0")
    for name in agents.ALGORITHMS
    if name not in CORRECTING or "SelfCorrect" in env_id
]


class HalfOracle(LanguageModel):
    """Answers every second conversation with the known solution of its problem.

    Attempts alternate between solution and noise over the batch and over the turns, so
    that corrections occur, too.
    """

    solutions: dict[str, str]

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        completions = super().act(conversations, sampling)
        for index, conversation in enumerate(conversations):
            solution = self.solutions.get(conversation[0].content.partition("\n[")[0])
            is_later = any(message.content.startswith(CORRECTION) for message in conversation)
            if solution is not None and (index + is_later) % 2:
                completions[index] = encode_completion(self, solution)
        return completions


def make(name: str, env_id: str, **changes: Any) -> tuple[Algorithm[Any], HalfOracle]:
    """Build a learner and its policy, which knows the solutions of the first problems."""
    tokenizer = make_tokenizer()
    model = make_llama(len(tokenizer), hidden_size=32, max_position_embeddings=2048)
    policy = HalfOracle(model, tokenizer, SamplingConfig(max_new_tokens=6))
    learner_class = getattr(agents, agents.ALGORITHMS[name])
    known = {field.name for field in fields(learner_class.config_class)}
    settings = {key: value for key, value in SMALL.items() if key in known} | changes
    if name == "score" and "SelfCorrect" not in env_id:
        settings["multi_turn"] = False
    learner: Algorithm[Any] = learner_class(
        policy, env_id, learner_class.config_class(**settings), seed=1
    )
    state = learner.random.bit_generator.state
    played = learner.random.integers(learner.num_problems, size=2).tolist()
    learner.random.bit_generator.state = state
    if isinstance(learner, SelfTraining):
        played = learner.problems
    problems = problems_of(learner.env, played)
    policy.solutions = {problem.prompt: problem.solution or "" for problem in problems}
    return learner, policy


def weights(learner: Algorithm[Any]) -> torch.Tensor:
    model = learner.model if isinstance(learner, agents.ORM) else learner.policy.model
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize(("name", "env_id"), COMBINATIONS)
def test_every_learner_trains_on_correct_and_incorrect_answers(name: str, env_id: str) -> None:
    learner, _ = make(name, env_id)
    before = weights(learner)
    # The first of two updates: at the end of the schedule the learning rate is 0.
    learner.total_episodes = 2 * learner.episodes_per_update
    episodes = learner.collect()
    verdicts = [turn.verdict for episode in episodes for turn in episode.turns]
    reasons = {verdict.reason for verdict in verdicts if verdict is not None}
    assert {verdict.correct for verdict in verdicts if verdict} == (
        {True} if name == "sft" else {True, False}
    )
    assert Reason.ERROR not in reasons
    is_code = env_id.startswith("Code")
    isolated = [bool(verdict and verdict.isolation) for verdict in verdicts]
    assert any(isolated) is is_code, "correct programs ran in the sandbox"
    numbers = learner.update(episodes)
    assert abs(numbers["loss"]) < float("inf")
    assert not torch.equal(weights(learner), before)
    assert len(learner.evaluate(range(2)).accuracies) == (2 if "SelfCorrect" in env_id else 1)


@pytest.mark.parametrize("name", sorted(CORRECTING))
def test_learners_of_corrections_refuse_single_turns_and_evaluate_on_them(
    name: str,
) -> None:
    with pytest.raises(ArgumentError, match="max_attempts must be at least 2, got 1"):
        make(name, "Code-v0")
    learner, _ = make(name, "CodeSelfCorrect-v0")
    learner.learn(learner.episodes_per_update)
    learner.env_id = "Code-v0"
    assert len(learner.evaluate(range(2)).accuracies) == 1


@pytest.mark.parametrize("env_id", ["Code-v0", "CodeSelfCorrect-v0"])
def test_a_hint_to_a_program_is_the_program_and_not_its_hidden_tests(env_id: str) -> None:
    learner, policy = make("star", env_id)
    prompts_read: list[str] = []
    solutions, policy.solutions = policy.solutions, {}

    def act(
        conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        prompts = [conversation[0].content for conversation in conversations]
        prompts_read.extend(prompts)
        programs = [prompt.partition("Hint: the answer is ")[2][:-1] for prompt in prompts]
        return [encode_completion(policy, program or "no idea") for program in programs]

    policy.act = act  # type: ignore[method-assign]
    numbers = learner.update(learner.collect())
    assert numbers["num_selected"] == 2.0
    assert {prompt.partition("\nHint")[0] for prompt in prompts_read} == set(solutions)
    assert not any("assert" in prompt for prompt in prompts_read)
