"""A conversation that fills the model's context ends its own episode, and nothing else."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from gymnasium.vector import VectorEnv
from stable_baselines3.common.logger import configure
from tests.agents.seven_env import SaySeven
from tests.models import make_gpt2, make_llama, make_tokenizer
from transformers import PreTrainedModel

from rethink_gym import agents
from rethink_gym.agents.algorithms.rcrl_labels import generate_labelled
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.callbacks import Checkpoints, Validation
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.episode import Episode
from rethink_gym.errors import PromptTooLongError
from rethink_gym.evaluation.evaluate import evaluate
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.verifier import Verifier

MAX_NEW_TOKENS = 4
NUM_PROBLEMS = 4
LONG = (1, 3)
"""Indices of the problems with long prompts."""

PLACES = ("turn 1", "between turns 1 and 2", "last turn")
MODELS: dict[str, Callable[..., PreTrainedModel]] = {"llama": make_llama, "gpt2": make_gpt2}
"""GPT-2 fails at any token beyond its context; a Llama would go on silently."""


class EvenLetter(Verifier):
    """Accepts an answer whose first character has an even code: about half of them do."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = bool(answer) and ord(answer[0]) % 2 == 0
        return Verdict(float(correct), correct, Reason.EQUAL if correct else Reason.DIFFERENT)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "even_letter"}


class LongPrompts(SaySeven):
    """Four problems; the prompts of two are longer than those of the others."""

    name: ClassVar = "long_prompts"

    def size(self, split: str) -> int:
        return NUM_PROBLEMS

    def problem(self, index: int, split: str = "train") -> Problem:
        problem = super().problem(index, split)
        prompt = f"Compute {index}. {'long ' * 24 * (index in LONG)}"
        return Problem(problem.id, prompt, problem.gold, solution=problem.solution)

    def solve(self, question: int) -> tuple[str, str | None]:
        return "7", "4\n7"

    def make_verifier(self) -> Verifier:
        return EvenLetter()


def make_env(num_envs: int = 8, max_attempts: int = 2) -> VectorEnv[Any, Any, Any]:
    task = LongPrompts()
    return TextVectorEnv(
        [
            lambda: ReasoningEnv(task, max_attempts=max_attempts, reward="per_attempt")
            for _ in range(num_envs)
        ]
    )


def build_policy(length: int, make_model: Callable[..., PreTrainedModel]) -> LanguageModel:
    """Build a random model of a given context."""
    tokenizer = make_tokenizer()
    model = make_model(len(tokenizer), hidden_size=32, max_position_embeddings=length)
    return LanguageModel(model, tokenizer, seed=3)


def long_conversation(num_answers: int) -> Conversation:
    """Return the conversation of the long problem after some answers of full length."""
    answer = Message(Role.ASSISTANT, "aaaa", tuple(tokens_of("aaaa")))
    corrected = (answer, Message(Role.USER, CORRECTION)) * num_answers
    return (Message(Role.USER, LongPrompts().problem(LONG[0]).prompt), *corrected)


def tokens_of(text: str) -> list[int]:
    ids = make_tokenizer().convert_tokens_to_ids(list(text))
    assert isinstance(ids, list)
    return ids


def context_of(place: str) -> int:
    """Return the context that the long problem meets at a place, and no other problem."""
    policy = build_policy(512, make_llama)
    first, second = (
        len(policy.tokenize(long_conversation(num_answers)).token_ids) for num_answers in (0, 1)
    )
    return {
        "turn 1": first + 2,
        "between turns 1 and 2": second,
        "last turn": second + 2,
    }[place]


def make_policy(place: str, model: str = "llama") -> LanguageModel:
    return build_policy(context_of(place), MODELS[model])


SMALL: dict[str, Any] = {
    "problems_per_update": 4,
    "samples_per_problem": 4,
    "num_problems": NUM_PROBLEMS,
    "num_candidates": 2,
    "batch_size": 4,
    "num_epochs": 1,
    "num_minibatches": 1,
    "max_new_tokens": MAX_NEW_TOKENS,
    "max_steps": 2,
    "temperature": 1.0,
}


def make_learner(name: str, policy: LanguageModel, **changes: Any) -> Algorithm[Any]:
    learner_class = getattr(agents, agents.ALGORITHMS[name])
    known = {field.name for field in fields(learner_class.config_class)}
    settings = {key: value for key, value in SMALL.items() if key in known} | changes
    learner: Algorithm[Any] = learner_class(
        policy, make_env(), learner_class.config_class(**settings), seed=1
    )
    return learner


def is_ended_by_context(episode: Episode) -> bool:
    """Whether the context left no room for another turn."""
    last = episode.turns[-1]
    assert not episode.is_context_full or (last.truncated and not last.terminated)
    return episode.is_context_full


@pytest.mark.parametrize("model", ["gpt2", pytest.param("llama", marks=pytest.mark.slow)])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", agents.ALGORITHMS)
def test_every_learner_trains_on_episodes_that_the_context_ends(
    name: str, place: str, model: str, tmp_path: Path
) -> None:
    learner = make_learner(name, make_policy(place, model))
    logger = configure(str(tmp_path), ["csv"])
    learner.set_logger(logger)
    rounds: list[Sequence[Episode]] = []
    update = learner.update

    def remember(episodes: Sequence[Episode]) -> dict[str, float]:
        rounds.append(episodes)
        return update(episodes)

    learner.update = remember  # type: ignore[method-assign]
    learner.learn(3 * learner.episodes_per_update)
    logger.close()
    assert len(rounds) == 3
    assert all(weight.isfinite().all() for weight in learner.policy.model.parameters())
    with (tmp_path / "progress.csv").open() as file:
        fracs = [float(row["train/context_frac"]) for row in csv.DictReader(file)]
    if name != "sft":  # it replays solutions, which no model has to generate
        assert all(0 < frac < 1 for frac in fracs)
        assert fracs[0] == np.mean(["long" in each.turns[0].observation for each in rounds[0]])
    for episode in rounds[0]:
        is_long = "long" in episode.turns[0].observation
        is_ended = is_ended_by_context(episode)
        assert is_ended == (is_long and place != "last turn" and name != "sft")
        assert len(episode.turns) == (1 if is_ended else 2)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("length_cap", ["end", "bootstrap", "penalty", "mask"])
@pytest.mark.parametrize("is_critic_separate", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_ppo_with_any_rule_for_cut_off_answers_trains_on_them(
    length_cap: str, place: str, is_critic_separate: bool
) -> None:
    options = {"length_cap": length_cap, "is_critic_separate": is_critic_separate}
    learner = make_learner("ppo", make_policy(place, "gpt2"), **options)
    learner.learn(2 * learner.episodes_per_update)
    assert all(weight.isfinite().all() for weight in learner.policy.model.parameters())


def first_wave(policy: LanguageModel, problems: Sequence[int], temperature: float) -> list[Episode]:
    policy.seed(5)
    sampling = SamplingConfig(max_new_tokens=MAX_NEW_TOKENS, temperature=temperature)
    policy.sampling = sampling
    return play_episodes(policy, make_env(len(problems)), problems)


def tokens(episode: Episode) -> list[tuple[int, ...]]:
    return [turn.completion.token_ids for turn in episode.turns]


@pytest.mark.parametrize("place", PLACES)
def test_the_other_episodes_have_the_tokens_that_they_have_without_the_long_one(
    place: str,
) -> None:
    policy = make_policy(place)
    with_long = first_wave(policy, [0, LONG[0], 2], 0.0)
    without = first_wave(policy, [0, 2], 0.0)
    assert list(map(tokens, [with_long[0], with_long[2]])) == list(map(tokens, without))
    # Random numbers too: the first turns are those of a model with room for all.
    roomy, sampled = (
        first_wave(each, [0, LONG[0], 2], 1.0) for each in (build_policy(512, make_llama), policy)
    )
    for index in (0, 2):
        assert tokens(sampled[index])[0] == tokens(roomy[index])[0]


@pytest.mark.parametrize("place", PLACES)
def test_the_long_episode_is_marked_where_it_ends(place: str) -> None:
    [episode] = first_wave(make_policy(place), [LONG[0]], 1.0)
    last = episode.turns[-1]
    assert last.verdict is not None
    assert (last.terminated, last.truncated) == (place == "last turn", place != "last turn")
    assert episode.is_context_full == (place != "last turn")
    # A whole answer stays a whole answer, also if the next one has no room.
    is_whole = place == "between turns 1 and 2"
    assert last.completion.stop is (StopReason.LENGTH if is_whole else StopReason.CONTEXT)
    assert len(last.completion.token_ids) == (MAX_NEW_TOKENS if is_whole else 2)
    assert Episode.from_dict(episode.to_dict()) == episode


def test_a_first_prompt_that_does_not_fit_names_its_problem() -> None:
    policy = make_policy("turn 1")
    assert policy.max_length is not None
    policy.max_length -= 2
    with pytest.raises(PromptTooLongError, match=LongPrompts().problem(LONG[0]).id) as caught:
        first_wave(policy, [0, LONG[0], 2], 1.0)
    assert "a model with a longer context" in str(caught.value)


@pytest.mark.parametrize("stop", StopReason)
def test_a_whole_answer_before_a_full_context_is_trained(stop: StopReason) -> None:
    learner: Any = make_learner("ppo", make_policy("between turns 1 and 2"), length_cap="mask")
    ended = next(filter(is_ended_by_context, learner.collect()))
    completion = replace(ended.turns[-1].completion, stop=stop)
    episode = replace(ended, turns=(replace(ended.turns[-1], completion=completion),))
    batch = learner.read([episode], log_probs=True)
    assert learner.is_bootstrapped([episode]).all()
    is_cut_off = stop in (StopReason.LENGTH, StopReason.CONTEXT)
    assert (learner.is_truncated(batch)[batch.is_action] == is_cut_off).all()


@pytest.mark.parametrize("length_cap", ["end", "mask"])
def test_the_critic_says_what_was_to_come_after_a_full_context(length_cap: str) -> None:
    learner: Any = make_learner("ppo", make_policy("between turns 1 and 2"), length_cap=length_cap)
    episodes = learner.collect()
    ended = [is_ended_by_context(episode) for episode in episodes]
    assert any(ended)
    assert learner.is_bootstrapped(episodes).tolist() == ended


def math_policy() -> LanguageModel:
    policy = build_policy(250, make_gpt2)
    policy.sampling = SamplingConfig(max_new_tokens=40, temperature=1.0)
    return policy


OPTIONS = {"max_attempts": 4, "level": 1}


def num_ended(episodes: Sequence[Episode]) -> int:
    return sum(map(is_ended_by_context, episodes))


def test_a_measurement_counts_the_episodes_that_the_context_ends() -> None:
    evaluation = evaluate(
        math_policy(), "MathSelfCorrect-v0", problems=12, temperature=1.0, env_kwargs=OPTIONS
    )
    assert num_ended(evaluation.episodes) > 0
    assert len(evaluation.episodes) == 12


def test_a_measurement_of_self_refinement_ends_no_earlier() -> None:
    refining = agents.SelfRefine(math_policy(), from_attempt=1)
    evaluation = evaluate(refining, "MathSelfCorrect-v0", problems=12, env_kwargs=OPTIONS)
    assert len(evaluation.episodes) == 12


def test_validation_goes_on_where_the_context_ends_episodes(tmp_path: Path) -> None:
    policy = build_policy(250, make_gpt2)
    config = agents.REINFORCEConfig(problems_per_update=1, samples_per_problem=2, max_new_tokens=40)
    learner = agents.REINFORCE(policy, "MathSelfCorrect-v0", config, env_kwargs=OPTIONS)
    learner.learn(4, Validation(range(8), every=1))
    assert learner.callback_state["validation"]["best_reward"] >= 0


def test_the_best_of_several_candidates_of_a_full_conversation_is_empty() -> None:
    policy = make_policy("between turns 1 and 2")
    learner = make_learner("orm", policy)
    learner.num_updates = 1
    short: Conversation = (Message(Role.USER, "Compute 1."),)
    answers = learner.act([short, long_conversation(1), short])
    assert [bool(answer.token_ids) for answer in answers] == [True, False, True]
    assert answers[1] == Completion("", (), (), StopReason.CONTEXT)


@pytest.mark.parametrize("num_free", [1, 2, 3])
def test_a_first_prompt_without_room_for_the_label_is_answered_without_it(num_free: int) -> None:
    policy = build_policy(512, make_llama)
    prompt: Conversation = (Message(Role.USER, "Compute 1."),)
    policy.max_length = len(policy.tokenize(prompt).token_ids) + num_free
    [answer] = generate_labelled(policy, [prompt], "!", SamplingConfig(), max_steps=4)
    assert answer.token_ids


def test_the_best_label_makes_conversations_longer_and_ends_no_run() -> None:
    learner: Any = make_learner("rcrl", make_policy("turn 1", "gpt2"))
    learner.policy.max_length -= 1  # a single free token: none beside the label
    learner.best_label = "!"
    episodes = learner.collect()
    assert 0 < num_ended(episodes) < len(episodes)
    assert "num_fitted" in learner.update(episodes)


def test_a_hint_that_does_not_fit_is_left_out() -> None:
    learner: Any = make_learner("star", make_policy("turn 1", "gpt2"))
    played = learner.rationalised(set())
    assert {episode.problem_id for episode in played} <= {
        LongPrompts().problem(index).id for index in range(NUM_PROBLEMS)
    }


def test_a_run_that_meets_the_context_ends_and_resumes(tmp_path: Path) -> None:
    config = agents.REINFORCEConfig(problems_per_update=1, samples_per_problem=2, max_new_tokens=60)
    ended = 0
    for seed in range(3):
        policy = build_policy(217, make_llama)
        learner = agents.REINFORCE(
            policy, "MathSelfCorrect-v0", config, env_kwargs={"max_attempts": 4}, seed=seed
        )
        collect = learner.collect

        def counting(collect: Callable[[], list[Episode]] = collect) -> list[Episode]:
            nonlocal ended
            episodes = collect()
            ended += num_ended(episodes)
            return episodes

        learner.collect = counting  # type: ignore[method-assign]
        learner.learn(8, Checkpoints(tmp_path / "checkpoint", every=1))
        resumed = agents.REINFORCE.load(tmp_path / "checkpoint").learn(12)
        assert resumed.num_updates == 6
    assert ended > 0
