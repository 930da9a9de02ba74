"""Learning to correct by imitation: STaR on corrections and Pair-SFT."""

from typing import Any

import pytest
from tests.agents.seven_env import answers_of, episode, make_seven_env

from rethink_gym.agents.algorithms.corrections import (
    CorrectionConfig,
    CorrectionSTaR,
    PairSFT,
    PairSFTConfig,
)
from rethink_gym.agents.demonstrations import is_correct
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.errors import ArgumentError

SMALL: dict[str, Any] = {"num_problems": 2, "samples_per_problem": 2, "max_new_tokens": 2}

SAMPLES = [
    episode("p", "p-incorrect-1", "x", correct=(False, True)),
    episode("p", "p-incorrect-2", "y", correct=(False, False)),
    episode("p", "p-correct-1", "z", correct=(True, True)),
    episode("p", "p-correct-2", "w", correct=(True, False)),
    episode("q", "q-incorrect", "u", correct=(False, False)),
    episode("r", "r-correct", "v", correct=(True, False)),
]


def make_env() -> Any:
    return make_seven_env(max_attempts=2)


@pytest.mark.parametrize(
    ("keep_correct", "selected"),
    [
        (False, [("p", ("p-incorrect-1", "x"))]),
        (True, [("p", ("p-incorrect-1", "x")), ("p", ("p-correct-1", "z"))]),
    ],
    ids=["D: incorrect to correct", "D+: and correct to correct"],
)
def test_star_keeps_its_own_corrections(
    policy: LanguageModel, keep_correct: bool, selected: list[Any]
) -> None:
    learner = CorrectionSTaR(
        policy, make_env(), CorrectionConfig(**SMALL, keep_correct=keep_correct)
    )
    examples = learner.select(SAMPLES)
    assert answers_of(examples) == selected
    assert {tuple(map(any, each.loss_mask)) for each in examples} == {(False, True)}


def pairs_of(policy: LanguageModel, *, keep_correct: bool, seed: int) -> list[Any]:
    config = PairSFTConfig(**SMALL, keep_correct=keep_correct)
    return PairSFT(policy, make_env(), config, seed=seed).select(SAMPLES)


def test_an_incorrect_attempt_is_paired_with_a_correct_one_of_its_problem(
    policy: LanguageModel,
) -> None:
    partners = set()
    for seed in range(20):
        pairs = pairs_of(policy, keep_correct=False, seed=seed)
        assert [each.episode.turns[0].completion.text for each in pairs] == [
            "p-incorrect-1",
            "p-incorrect-2",
        ]
        partners |= {each.episode.turns[1].completion.text for each in pairs}
    assert partners == {"p-correct-1", "p-correct-2"}  # first attempts, never second ones


def test_correct_attempts_are_paired_with_other_correct_ones(policy: LanguageModel) -> None:
    for seed in range(8):
        pairs = answers_of(pairs_of(policy, keep_correct=True, seed=seed))
        assert ("p", ("p-correct-1", "p-correct-2")) in pairs
        assert ("p", ("p-correct-2", "p-correct-1")) in pairs
        assert ("r", ("r-correct", "r-correct")) in pairs  # the only correct one
        assert len(pairs) == 5
        assert not any(problem == "q" for problem, _ in pairs)  # without a correct attempt


def test_a_pair_has_the_prompts_of_an_episode_and_its_second_attempt_in_the_loss(
    policy: LanguageModel,
) -> None:
    (first, *_) = pairs_of(policy, keep_correct=False, seed=0)
    assert tuple(map(any, first.loss_mask)) == (False, True)
    assert [turn.observation for turn in first.episode.turns] == ["p", CORRECTION]
    last = first.episode.turns[-1]
    assert last.terminated
    assert is_correct(last)
    tokens = policy.tokenize(first.episode.conversation)
    assert tokens.turn_ids.count(1) == first.num_tokens


@pytest.mark.parametrize("learner_class", [CorrectionSTaR, PairSFT])
def test_an_environment_of_one_attempt_is_refused(
    policy: LanguageModel, learner_class: type[Any]
) -> None:
    with pytest.raises(ArgumentError, match="env's max_attempts must be at least 2, got 1"):
        learner_class(policy, make_seven_env(), learner_class.config_class(**SMALL))


@pytest.mark.parametrize("learner_class", [CorrectionSTaR, PairSFT])
def test_the_second_attempt_learns_to_correct(
    policy: LanguageModel, make_env: Any, learner_class: type[Any]
) -> None:
    config = learner_class.config_class(
        num_problems=32,
        samples_per_problem=16,
        max_new_tokens=1,
        learning_rate=1e-2,
        num_epochs=6,
    )
    learner = learner_class(policy, make_env(128), config)
    samples = learner.collect()
    assert sum(each.turns[1].reward for each in samples) < 100
    learner.learn(32 * 16 * 2)
    samples = learner.collect()
    accuracies = [
        sum(each.turns[turn].reward for each in samples) / len(samples) for turn in (0, 1)
    ]
    assert accuracies[1] > 0.8
