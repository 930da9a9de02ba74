from pathlib import Path

import gymnasium as gym
import pytest
from gymnasium.vector import SyncVectorEnv
from tests.agents.imitating import episode, make_seven_env, said
from tests.models import make_llama, make_tokenizer

from rethink_gym.agents.algorithms.sft import SFT, SFTConfig
from rethink_gym.agents.demonstrations import (
    choose_problems,
    encode_completion,
    make_example,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import problems_of
from rethink_gym.episode import save_episodes
from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError

CONFIG = SFTConfig(batch_size=8, num_problems=20, learning_rate=1e-2, max_new_tokens=6)


def test_it_imitates_the_worked_solutions_of_its_problems(policy: LanguageModel) -> None:
    algorithm = SFT(policy, make_seven_env(), CONFIG, seed=3)
    episodes = algorithm.collect()
    assert [each.turns[0].completion.text for each in episodes] == ["3\n7"] * 8
    assert all(each.turns[0].verdict and each.turns[0].verdict.correct for each in episodes)
    tokens = encode_completion(policy, "3\n7").token_ids
    assert {each.turns[0].completion.token_ids for each in episodes} == {tokens}


def test_every_pass_takes_each_problem_once_in_another_order(policy: LanguageModel) -> None:
    algorithm = SFT(policy, make_seven_env(), CONFIG, seed=3)
    seen = []
    for _ in range(5):
        episodes = algorithm.collect()
        seen += [each.problem_id for each in episodes]
        algorithm.num_episodes += len(episodes)
    passes = [seen[:20], seen[20:]]
    assert sorted(passes[0]) == sorted(passes[1])
    assert len(set(passes[0])) == 20
    assert passes[0] != passes[1]


def test_the_solution_is_said_in_every_turn(policy: LanguageModel) -> None:
    (first, *_) = SFT(policy, make_seven_env(max_attempts=2), CONFIG).collect()
    assert [turn.completion.text for turn in first.turns] == ["3\n7", "3\n7"]


def test_a_trivial_task_is_learned_in_seconds(policy: LanguageModel) -> None:
    algorithm = SFT(policy, make_seven_env(), CONFIG).learn(8 * 40)
    answers = {algorithm.predict(f"Compute {n}.")[0] for n in range(20_000, 20_010)}
    assert answers == {"3\n7"}


def test_recorded_episodes_are_imitated_instead(policy: LanguageModel, tmp_path: Path) -> None:
    file = tmp_path / "episodes.jsonl"
    save_episodes(
        file,
        [
            episode("a", "bad", "1", right=(False, True)),
            episode("b", "1", "bad", right=(True, False)),
        ],
    )
    config = SFTConfig(batch_size=2, demonstrations=str(file), learned_turns="correct")
    algorithm = SFT(policy, make_seven_env(max_attempts=2), config)
    episodes = algorithm.collect()
    assert sorted(each.problem_id for each in episodes) == ["a", "b"]
    assert algorithm.update(episodes)["num_demonstrations"] == 1.0


def test_wrong_episodes_are_left_out_unless_they_are_wanted(policy: LanguageModel) -> None:
    episodes = [episode("a", "1", right=(False,)), episode("b", "2")]
    for only_correct, count in ((True, 1.0), (False, 2.0)):
        config = SFTConfig(batch_size=2, only_correct=only_correct)
        assert SFT(policy, make_seven_env(), config).update(episodes)["num_demonstrations"] == count


def test_a_batch_without_anything_to_learn_does_no_harm(policy: LanguageModel) -> None:
    algorithm = SFT(policy, make_seven_env(), CONFIG)
    assert algorithm.update([episode("a", "1", right=(False,))]) == {"num_demonstrations": 0.0}


def test_problems_without_solutions_are_named(policy: LanguageModel) -> None:
    with pytest.raises(DataError, match=r"worked solutions to imitate, got none in 20 problems"):
        SFT(policy, make_seven_env(solved=False), CONFIG)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, DataNotFoundError, "demonstrations must be an existing file"),
        ("", DataError, "demonstrations must hold one or more episodes"),
        ("{}\n", DataError, "line 1, is not an episode"),
    ],
)
def test_a_file_that_holds_no_episodes_is_named(
    policy: LanguageModel, tmp_path: Path, content: str | None, error: type[Exception], message: str
) -> None:
    file = tmp_path / "episodes.jsonl"
    if content is not None:
        file.write_text(content)
    with pytest.raises(error, match=message):
        SFT(policy, make_seven_env(), SFTConfig(demonstrations=str(file)))


def test_an_environment_that_hides_its_task_is_refused() -> None:
    foreign = SyncVectorEnv([lambda: gym.make("CartPole-v1")])
    with pytest.raises(ArgumentError, match="env must be an environment with a task"):
        problems_of(foreign, [0])


@pytest.mark.parametrize(
    ("wanted", "available", "count"), [(5, 3, 3), (5, 5, 5), (5, 1_000_000, 5), (5, 2**31, 5)]
)
def test_a_training_set_is_chosen_once_by_the_seed(wanted: int, available: int, count: int) -> None:
    chosen = choose_problems(wanted, available, seed=1)
    assert len(set(chosen)) == count
    assert chosen == choose_problems(wanted, available, seed=1)
    assert all(0 <= place < available for place in chosen)
    if available > wanted:
        assert chosen != choose_problems(wanted, available, seed=2)


def test_a_program_is_a_demonstration_like_any_other() -> None:
    tokenizer = make_tokenizer()
    policy = LanguageModel(make_llama(len(tokenizer)), tokenizer)
    program = "```python\ndef double(n):\n\treturn 2 * n\n```"
    assert said([make_example(policy, episode("p", program), (True,))]) == [("p", (program,))]
