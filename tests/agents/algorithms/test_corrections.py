"""Learning to correct by imitation: STaR on corrections and Pair-SFT."""

from typing import Any

import pytest
from tests.agents.imitating import episode, make_seven_env, said

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
    episode("p", "p-wrong-1", "x", right=(False, True)),
    episode("p", "p-wrong-2", "y", right=(False, False)),
    episode("p", "p-right-1", "z", right=(True, True)),
    episode("p", "p-right-2", "w", right=(True, False)),
    episode("q", "q-wrong", "u", right=(False, False)),
    episode("r", "r-right", "v", right=(True, False)),
]


def make_env() -> Any:
    return make_seven_env(max_attempts=2)


@pytest.mark.parametrize(
    ("keep_correct", "selected"),
    [
        (False, [("p", ("p-wrong-1", "x"))]),
        (True, [("p", ("p-wrong-1", "x")), ("p", ("p-right-1", "z"))]),
    ],
    ids=["D: wrong to right", "D+: and right to right"],
)
def test_star_keeps_its_own_corrections(
    policy: LanguageModel, keep_correct: bool, selected: list[Any]
) -> None:
    learner = CorrectionSTaR(
        policy, make_env(), CorrectionConfig(**SMALL, keep_correct=keep_correct)
    )
    found = learner.select(SAMPLES)
    assert said(found) == selected
    assert {tuple(map(any, each.loss_mask)) for each in found} == {(False, True)}


def pairs_of(policy: LanguageModel, *, keep_correct: bool, seed: int) -> list[Any]:
    config = PairSFTConfig(**SMALL, keep_correct=keep_correct)
    return PairSFT(policy, make_env(), config, seed=seed).select(SAMPLES)


def test_a_wrong_attempt_is_paired_with_a_right_one_of_its_problem(policy: LanguageModel) -> None:
    partners = set()
    for seed in range(20):
        pairs = pairs_of(policy, keep_correct=False, seed=seed)
        assert [each.episode.turns[0].completion.text for each in pairs] == [
            "p-wrong-1",
            "p-wrong-2",
        ]
        partners |= {each.episode.turns[1].completion.text for each in pairs}
    assert partners == {"p-right-1", "p-right-2"}  # first attempts, never second ones


def test_right_attempts_are_paired_with_other_right_ones(policy: LanguageModel) -> None:
    for seed in range(8):
        pairs = said(pairs_of(policy, keep_correct=True, seed=seed))
        assert ("p", ("p-right-1", "p-right-2")) in pairs
        assert ("p", ("p-right-2", "p-right-1")) in pairs
        assert ("r", ("r-right", "r-right")) in pairs  # there is no other
        assert len(pairs) == 5
        assert not any(problem == "q" for problem, _ in pairs)  # it was never right


def test_a_pair_reads_like_an_episode_and_is_learned_from_the_second_on(
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
def test_an_environment_of_one_attempt_has_nothing_to_correct(
    policy: LanguageModel, learner_class: type[Any]
) -> None:
    with pytest.raises(ArgumentError, match="env's max_attempts must be at least 2, got 1"):
        learner_class(policy, make_seven_env(), learner_class.config_class(**SMALL))


@pytest.mark.parametrize("learner_class", [CorrectionSTaR, PairSFT])
def test_the_second_attempt_is_learned(
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
    right = [sum(each.turns[turn].reward for each in samples) / len(samples) for turn in (0, 1)]
    assert right[1] > 0.8
