"""STaR and ReST-EM: hints after failure, rounds, and presets."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from gymnasium.vector import SyncVectorEnv
from tests.agents.foreign_env import Spelling
from tests.agents.seven_env import answers_of, episode, make_seven_env, weights_of
from tests.models import text_of

from rethink_gym.agents.algorithms.star import ReSTEM, ReSTEMConfig, STaR, STaRConfig
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.errors import ArgumentError

CONFIG = STaRConfig(num_problems=4, num_epochs=1, max_new_tokens=3)


class Copying(STaR):
    """Answers with the answer of a hint, without one incorrectly; records its prompts."""

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        self.prompts = [conversation[0].content for conversation in conversations]
        return [
            Completion("so\n7" if "the answer is 7." in prompt else "x") for prompt in self.prompts
        ]


def test_a_failed_problem_is_attempted_again_with_the_answer_as_a_hint(
    policy: LanguageModel,
) -> None:
    learner = Copying(policy, make_seven_env(), CONFIG)
    samples = learner.collect()
    assert not any(turn.reward for each in samples for turn in each.turns)
    selected = learner.select(samples)
    assert answers_of(selected) == [(each.problem_id, ("so\n7",)) for each in samples]
    assert all(prompt.endswith("\nHint: the answer is 7.") for prompt in learner.prompts)


def test_the_prompt_of_an_example_has_no_hint(policy: LanguageModel) -> None:
    learner = Copying(policy, make_seven_env(), CONFIG)
    samples = learner.collect()
    learner.update(samples)
    for example, sample in zip(learner.data, samples, strict=True):
        assert example.episode.conversation[0] == sample.conversation[0]
        token_ids = policy.tokenize(example.episode.conversation).token_ids
        assert "Hint" not in text_of(policy.tokenizer, token_ids)


def test_only_problems_without_a_correct_sample_get_a_hint(policy: LanguageModel) -> None:
    learner = Copying(policy, make_seven_env(), CONFIG)
    solved, *rest = learner.collect()
    selected = learner.select([episode(solved.problem_id, "7"), *rest])
    assert answers_of(selected)[0] == (solved.problem_id, ("7",))
    assert len(learner.prompts) == len(rest) == 3


def test_samples_still_incorrect_with_a_hint_are_not_selected(policy: LanguageModel) -> None:
    class Stubborn(Copying):
        def act(
            self, conversations: Sequence[Conversation], *, deterministic: bool = False
        ) -> list[Completion]:
            return [Completion("x") for _ in conversations]

    learner = Stubborn(policy, make_seven_env(), CONFIG)
    before = weights_of(learner)
    assert learner.update(learner.collect())["num_selected"] == 0
    assert torch.equal(weights_of(learner), before)


def test_all_problems_solved_need_no_hint(policy: LanguageModel) -> None:
    learner = Copying(policy, make_seven_env(), CONFIG)
    samples = [episode(each.problem_id, "7") for each in learner.collect()]
    learner.prompts = []
    assert len(learner.select(samples)) == 4
    assert learner.prompts == []


def test_every_attempt_of_an_episode_has_the_hint(policy: LanguageModel) -> None:
    learner = Copying(policy, make_seven_env(max_attempts=2), CONFIG)
    selected = learner.select(learner.collect())
    assert answers_of(selected)[0][1] == ("so\n7", "so\n7")
    assert "Hint" in learner.prompts[0]


def test_a_round_is_fitted_to_its_own_solutions_only(policy: LanguageModel) -> None:
    learner = STaR(policy, make_seven_env(), STaRConfig(num_problems=1, rationalise=False))
    learner.update([episode("p", "7")])
    learner.update([episode("q", "7")])
    assert answers_of(learner.data) == [("q", ("7",))]


def test_it_samples_one_greedy_answer_per_problem(policy: LanguageModel) -> None:
    learner = STaR(policy, make_seven_env(), CONFIG)
    first, second = learner.collect(), learner.collect()
    assert [e.turns[0].completion for e in first] == [e.turns[0].completion for e in second]
    assert len(first) == 4


def test_rest_em_is_star_without_hints_with_many_samples_and_a_cap(policy: LanguageModel) -> None:
    config = ReSTEMConfig()
    assert (config.samples_per_problem, config.max_per_problem) == (32, 10)
    assert (config.rationalise, config.from_base, config.keep_all_rounds) == (False, True, False)
    small = ReSTEMConfig(num_problems=2, samples_per_problem=3, num_epochs=1, max_new_tokens=2)
    ends = []
    for learner_class, settings in (
        (ReSTEM, small),
        (STaR, STaRConfig(**{k: getattr(small, k) for k in small.__dataclass_fields__})),
    ):
        learner: Any = learner_class(policy.trainable_copy(), make_seven_env(), settings, seed=2)
        learner.update([episode("p", str(n)) for n in range(12)])
        ends.append(weights_of(learner))
    assert torch.equal(*ends)


def test_a_hint_needs_an_environment_that_knows_the_answer(policy: LanguageModel) -> None:
    foreign = SyncVectorEnv([Spelling])
    with pytest.raises(ArgumentError, match="env must be an environment with a task"):
        STaR(policy, foreign, CONFIG)


def test_a_hint_without_the_answer_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"hint must be a text with \{gold\} in it"):
        STaRConfig(hint="Think.")
