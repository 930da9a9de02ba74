"""Every learner trains on every protocol, with every documented option, or refuses at once.

Two rounds of `collect` and `update` each. A combination without meaning is refused when the
learner is created, before any episode is played, by an error with the reason.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from tests.agents.protocols import PROTOCOLS, make_policy, make_protocol_env

from rethink_gym import agents
from rethink_gym.agents.rollout import env_attribute, problems_of
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.self_training import SelfTraining
from rethink_gym.episode import save_episodes
from rethink_gym.errors import ArgumentError

SMALL: dict[str, Any] = {
    "problems_per_update": 2,
    "samples_per_problem": 4,
    "num_problems": 2,
    "num_candidates": 2,
    "batch_size": 8,
    "num_epochs": 1,
    "num_minibatches": 1,
    "max_new_tokens": 6,
    "max_steps": 2,
    "temperature": 1.0,
}

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "reinforce": [
        {"baseline": "none"},
        {"baseline": "group"},
        {"baseline": "group", "scale_group": False},
        {"kl_place": "loss"},
        {"kl_place": "reward"},
        {"beta": 0.0},
        {"turn_gamma": 0.5},
        {"dynamic_sampling": True},
        {"overlong_tokens": 3},
        {"answer_bonus": 0.5},
        {"answer_bonus": 0.5, "answer_counts": "batch"},
        {"entropy_coef": 0.1},
        {"num_epochs": 2, "num_minibatches": 2},
        {"loss_aggregation": "token_mean"},
        {"loss_aggregation": "sequence_mean"},
        {"loss_aggregation": "constant"},
        {"max_tokens_per_micro_batch": 64},
        {"max_grad_norm": None},
        {"learning_rate_schedule": "constant"},
    ],
    "rloo": [{"num_minibatches": 2}],
    "grpo": [{"kl_place": "reward"}],
    "score": [
        {"stage_one_frac": 1.0},
        {"stage_one_frac": 0.0},
        {"stage_one_frac": 0.0, "stage_two": "star"},
        {"stage_one_frac": 0.0, "alpha": 0.0},
        {"stage_one_frac": 1.0, "kl_target": 0.1},
        {"stage_one_frac": 1.0, "kl_bound": 1e-6},
        {"kl_place": "loss"},
        {"multi_turn": False},
        {"offline_samples": 2},
        {"turn_gamma": 1.0},
    ],
    "ppo": [
        {"rewards": "dense"},
        {"rewards": "orm_sparse"},
        {"rewards": "orm_potential"},
        {"rewards": "orm_dense"},
        {"length_cap": "bootstrap"},
        {"length_cap": "penalty"},
        {"length_cap": "mask"},
        {"is_critic_separate": True},
        {"whiten_rewards": True},
        {"value_clip": None},
        {"beta": 0.0},
        {"gamma": 0.9, "gae_lambda": 0.5},
        {"num_epochs": 2, "num_minibatches": 2},
    ],
    "sft": [
        {"learned_turns": "first"},
        {"learned_turns": "last"},
        {"learned_turns": "correct"},
        {"only_correct": False},
        {"demonstrations": "recorded"},
    ],
    "expert_iteration": [
        {"initial_data": "solutions"},
        {"initial_data": "recorded"},
        {"keep_all_rounds": False, "from_base": False},
        {"validation_frac": 0.5},
        {"max_per_problem": 1},
        {"learned_turns": "all"},
    ],
    "rest_em": [{}],
    "star": [{"rationalise": False}, {"samples_per_problem": 4}],
    "correction_star": [{"keep_correct": True}],
    "pair_sft": [{"keep_correct": True}],
    "rcrl": [{"good_frac": 0.5}, {"orm": "trained"}, {"threshold": 0.0}],
    "orm": [{"num_candidates": 3}],
}
"""Documented options of each learner, besides its defaults."""

PRESETS = {"rloo", "grpo", "rest_em"}
"""Learners that are other learners with other defaults; one protocol each by default."""

NEEDS_ATTEMPTS = {"score", "correction_star", "pair_sft"}
"""Learners that compare attempts; an environment of steps has none."""


def refusal(name: str, options: dict[str, Any], protocol: str) -> str | None:
    """Return the pattern of the error, None if the combination has a meaning."""
    is_foreign = protocol.startswith("foreign")
    if name in NEEDS_ATTEMPTS and protocol.startswith("steps"):
        return "of whole attempts, got 'an environment of steps'"
    if name in NEEDS_ATTEMPTS and protocol == "one attempt" and options.get("multi_turn", True):
        return "max_attempts must be (2 or more|at least 2), got 1"
    needs_solutions = name == "sft" or options.get("initial_data") == "solutions"
    needs_hints = name == "star" and options.get("rationalise", True)
    if is_foreign and (needs_solutions or needs_hints) and "demonstrations" not in options:
        return "env must be an environment with a task"
    return None


def make(name: str, options: dict[str, Any], protocol: str, folder: Path) -> Algorithm[Any]:
    """Build a learner whose policy knows the solutions of the first problems."""
    learner_class = getattr(agents, agents.ALGORITHMS[name])
    known = {field.name for field in fields(learner_class.config_class)}
    settings = {key: value for key, value in SMALL.items() if key in known} | options
    if name == "score" and protocol.startswith("foreign"):
        settings["num_attempts"] = 2
    for key in ("demonstrations", "initial_data"):
        if settings.get(key) == "recorded":
            settings[key] = str(recorded(protocol, folder))
    if settings.get("orm"):
        agents.OutcomeRewardModel(make_policy()).save_pretrained(folder / "orm")
        settings["orm"] = str(folder / "orm")
    policy = make_policy()
    num_envs = 8
    learner: Algorithm[Any] = learner_class(
        policy,
        make_protocol_env(protocol, num_envs),
        learner_class.config_class(**settings),
        seed=1,
    )
    policy.has_steps = env_attribute(learner.env, "has_attempts", True) is False
    policy.asks_for_hints = "hints" in protocol
    if not protocol.startswith("foreign"):
        state = learner.random.bit_generator.state
        first = learner.random.integers(learner.num_problems, size=2).tolist()
        learner.random.bit_generator.state = state
        indices = learner.problems if isinstance(learner, SelfTraining) else first
        problems = problems_of(learner.env, indices)
        policy.solutions = {problem.prompt: problem.solution or "" for problem in problems}
    if isinstance(learner, agents.PPO):
        learner.prefix_scores = lambda _, answers: [[0.5] * len(each) for each in answers]
    return learner


def recorded(protocol: str, folder: Path) -> Path:
    """Record some episodes of a protocol, to imitate."""
    learner = make("reinforce", {}, protocol, folder)
    save_episodes(folder / "recorded.jsonl", learner.collect())
    return folder / "recorded.jsonl"


def play_and_train(name: str, options: dict[str, Any], protocol: str, folder: Path) -> None:
    message = refusal(name, options, protocol)
    if message is not None:
        with pytest.raises(ArgumentError, match=message):
            make(name, options, protocol, folder)
        return
    learner = make(name, options, protocol, folder)
    learner.total_episodes = 2 * learner.episodes_per_update
    for _ in range(2):
        episodes = learner.collect()
        numbers = learner.update(episodes)
        learner.num_episodes += len(episodes)
        learner.num_updates += 1
        assert all(abs(number) < float("inf") for key, number in numbers.items() if "loss" in key)
    assert all(weight.isfinite().all() for weight in learner.policy.model.parameters())


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        pytest.param(
            name,
            protocol,
            marks=pytest.mark.slow if name in PRESETS and protocol != "stop when correct" else [],
        )
        for name in agents.ALGORITHMS
        for protocol in PROTOCOLS
    ],
)
def test_every_learner_trains_on_every_protocol_or_refuses_at_once(
    name: str, protocol: str, tmp_path: Path
) -> None:
    play_and_train(name, {}, protocol, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param(name, options, id=f"{name} {options}")
        for name, each in OPTIONS.items()
        for options in each
    ],
)
def test_every_documented_option_works_on_every_protocol(
    name: str, options: dict[str, Any], protocol: str, tmp_path: Path
) -> None:
    play_and_train(name, options, protocol, tmp_path)


def test_the_table_of_options_names_every_choice_of_every_learner() -> None:
    assert OPTIONS.keys() == agents.ALGORITHMS.keys()


def test_an_environment_that_does_not_state_its_attempts_asks_for_their_number() -> None:
    policy, env = make_policy(), make_protocol_env("foreign", 8)
    config = agents.SCoReConfig(problems_per_update=2, samples_per_problem=4)
    with pytest.raises(ArgumentError, match="num_attempts must be a whole number of at least 2"):
        agents.SCoRe(policy, env, config)


@pytest.mark.parametrize("name", ["reinforce", "score", "ppo", "pair_sft"])
def test_episodes_of_the_oracle_are_of_unequal_length(name: str, tmp_path: Path) -> None:
    learner = make(name, {}, "stop when correct", tmp_path)
    assert {len(episode.turns) for episode in learner.collect()} == {1, 2}
