"""The promise that the stock algorithms of Stable-Baselines3 train on our environments."""

import importlib
import sys
import warnings
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.wrappers import TimeLimit
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecMonitor
from transformers import LlamaConfig, LlamaForCausalLM

from rethink_gym.agents import LanguageModel
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.tasks import Arithmetic
from rethink_gym.envs.wrappers import PADDING, TokenLevel
from rethink_gym.errors import ArgumentError, MissingExtraError, ModelError
from rethink_gym.integrations.sb3 import TokenPolicy, TokenVecEnv, make_codec, make_sb3_env
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import Verifier

ENV_ID = "MathSelfCorrect-v0"
WINDOW = 256


def make_learner(
    kind: type[OnPolicyAlgorithm] = PPO, n_envs: int = 4, env_id: str = ENV_ID, **options: Any
) -> Any:
    env = make_sb3_env(env_id, n_envs=n_envs, window=WINDOW, max_new_tokens=20)
    # With some weight on the entropy there is something to learn without any reward.
    settings: dict[str, Any] = {
        "n_steps": 32,
        "ent_coef": 0.01,
        "seed": 0,
        "device": "cpu",
    } | options
    if kind is PPO:
        settings = {"batch_size": 128, "n_epochs": 1} | settings
    return kind(TokenPolicy, env, **settings)


def weights_of(learner: Any) -> dict[str, torch.Tensor]:
    return {name: weight.clone() for name, weight in learner.policy.state_dict().items()}


class TellTokens(BaseCallback):
    """Remembers what was drawn of each dialogue."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = []

    def _on_step(self) -> bool:
        self.steps.append((self.locals["obs_tensor"].numpy().copy(), self.locals["actions"].copy()))
        return True


@pytest.mark.parametrize("env_id", ["Math-v0", ENV_ID])
def test_the_checker_of_stable_baselines_has_nothing_to_say(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(TokenLevel(gym.make(env_id), make_codec("tiny"), window=WINDOW))


@pytest.mark.parametrize(
    ("kind", "env_id"), [(PPO, ENV_ID), (A2C, ENV_ID), (PPO, "MathSteps-v0"), (PPO, "Countdown-v0")]
)
def test_a_stock_algorithm_learns_without_further_ado(
    kind: type[OnPolicyAlgorithm], env_id: str
) -> None:
    learner = make_learner(kind, env_id=env_id)
    before = weights_of(learner)
    learner.learn(2 * 4 * 32)
    assert any(not torch.equal(before[name], w) for name, w in weights_of(learner).items())
    assert all(torch.isfinite(weight).all() for weight in learner.policy.state_dict().values())
    assert learner.num_timesteps == 256
    assert len(learner.ep_info_buffer) > 0 or env_id != ENV_ID


class StartsWithDigit(Verifier):
    """Accepts whatever starts with a digit: ten of the 268 tokens do."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        correct = answer[:1] in set("0123456789")
        reason = Reason.EQUAL if correct else Reason.DIFFERENT
        return Verdict(float(correct), correct, reason, answer)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "starts_with_digit"}


def test_what_is_rewarded_becomes_likelier(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tokenizer = LanguageModel.from_pretrained("tiny").tokenizer
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    LanguageModel(LlamaForCausalLM(config), tokenizer).save_pretrained(tmp_path)
    envs = [ReasoningEnv(Arithmetic(), verifier=StartsWithDigit()) for _ in range(32)]
    env = TokenVecEnv(envs, make_codec(tmp_path), window=64, max_new_tokens=1)
    learner = PPO(
        TokenPolicy,
        VecMonitor(env),
        policy_kwargs={"model": tmp_path},
        n_steps=8,
        batch_size=256,
        n_epochs=4,
        learning_rate=1e-2,
        seed=0,
        device="cpu",
    )
    returns = []
    for _ in range(8):
        learner.learn(256)
        returns.append(np.mean([episode["r"] for episode in learner.ep_info_buffer or ()]))
    assert returns[0] < 0.2
    assert returns[-1] > 0.8, returns


def test_the_first_ratio_is_one() -> None:
    learner = make_learner(n_epochs=1, batch_size=64)
    _, callback = learner._setup_learn(128)
    learner.collect_rollouts(learner.env, callback, learner.rollout_buffer, 32)
    for batch in learner.rollout_buffer.get(64):
        values, log_probs, entropies = learner.policy.evaluate_actions(
            batch.observations, batch.actions.long().flatten()
        )
        assert (log_probs - batch.old_log_prob).abs().max() < 1e-4
        assert torch.equal(values.flatten(), batch.old_values)
        assert (entropies >= 0).all()


def test_the_model_is_given_what_a_language_model_is_given() -> None:
    reader = LanguageModel.from_pretrained("tiny", seed=0)
    env = TokenLevel(gym.make(ENV_ID), make_codec(reader), window=WINDOW)
    windows, _ = env.reset(seed=0)
    inner = env.unwrapped
    assert isinstance(inner, ReasoningEnv)
    dialogue: Conversation = (Message(Role.USER, inner.problem.prompt),)
    for _ in range(2):
        tokens = tuple(token for token in windows.tolist() if token != PADDING)
        assert tokens == reader.tokenize(dialogue).token_ids
        [said] = reader.act([dialogue])
        for token_id in said.token_ids:
            windows, *_ = env.step(token_id)
        assert inner.conversation[-2 if inner.conversation[-1].role is Role.USER else -1] == (
            said.message
        )
        dialogue = (*dialogue, said.message, inner.conversation[-1])


def test_a_saved_algorithm_goes_on_as_it_would_have(tmp_path: Path) -> None:
    learner = make_learner()
    learner.learn(128)
    learner.save(tmp_path / "learner.zip")
    loaded = PPO.load(tmp_path / "learner.zip", env=learner.env, device="cpu")
    assert weights_of(loaded).keys() == weights_of(learner).keys()
    observation = learner.env.reset()
    ours, _ = learner.predict(observation, deterministic=True)
    theirs, _ = loaded.predict(observation, deterministic=True)
    assert np.array_equal(ours, theirs)
    for name, weight in weights_of(loaded).items():
        assert torch.equal(weight, weights_of(learner)[name]), name
    loaded.learn(128)


def test_the_policy_alone_is_saved_and_loaded(tmp_path: Path) -> None:
    policy = make_learner().policy
    with torch.no_grad():
        policy.value_net.bias.fill_(0.25)
    policy.save(tmp_path / "policy.pt")
    loaded = TokenPolicy.load(str(tmp_path / "policy.pt"), device="cpu")
    windows = make_sb3_env(ENV_ID, n_envs=2, window=WINDOW).reset()
    observation, _ = policy.obs_to_tensor(windows)
    assert torch.equal(loaded.predict_values(observation), policy.predict_values(observation))


def test_what_was_learned_is_a_language_model_of_ours(tmp_path: Path) -> None:
    learner = make_learner()
    learner.learn(128)
    model = learner.policy.language_model
    assert model.model is learner.policy.model
    learner.policy.save_pretrained(tmp_path / "model")
    loaded = LanguageModel.from_pretrained(tmp_path / "model")
    for ours, theirs in zip(model.model.parameters(), loaded.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_model_stays_in_evaluation_mode() -> None:
    policy = make_learner().policy
    policy.set_training_mode(True)
    assert policy.training
    assert not policy.model.training


def test_equal_seeds_play_equal_rollouts() -> None:
    seen = []
    for _ in range(2):
        learner, told = make_learner(), TellTokens()
        learner.learn(128, callback=told)
        seen.append(told.steps)
    for ours, theirs in zip(*seen, strict=True):
        assert np.array_equal(ours[0], theirs[0])
        assert np.array_equal(ours[1], theirs[1])


def test_the_vector_environment_plays_the_episodes_of_single_ones() -> None:
    codec = make_codec("tiny")
    texts = [TimeLimit(ReasoningEnv(Arithmetic(), max_attempts=n), 2) for n in (1, 2, 3)]
    singles = [
        TokenLevel(TimeLimit(ReasoningEnv(Arithmetic(), max_attempts=n), 2), codec, window=128)
        for n in (1, 2, 3)
    ]
    together = TokenVecEnv([texts[0], texts[1].unwrapped, texts[2]], codec, window=128)
    together.seed(7)
    first = together.reset()
    for place, env in enumerate(singles):
        assert np.array_equal(first[place], env.reset(seed=7 + place)[0])
    chance = np.random.default_rng(0)
    end = min(codec.end_ids)
    num_over = num_cut = 0
    for _ in range(300):
        actions = np.where(chance.random(3) < 0.2, end, chance.integers(0, 256, 3))
        windows, rewards, dones, infos = together.step(actions)
        assert isinstance(windows, np.ndarray)
        for place, env in enumerate(singles):
            observation, reward, terminated, truncated, info = env.step(actions[place])
            own = dict(infos[place])
            assert (reward, terminated or truncated) == (rewards[place], dones[place])
            if terminated or truncated:
                assert np.array_equal(own.pop("terminal_observation"), observation)
                assert own.pop("TimeLimit.truncated") is (truncated and not terminated)
                num_over, num_cut = num_over + 1, num_cut + truncated
                observation, _ = env.reset()
            assert own == info
            assert np.array_equal(windows[place], observation)
    assert num_over > num_cut > 0


def test_attributes_methods_and_wrappers_are_reached() -> None:
    env = make_sb3_env(ENV_ID, n_envs=2, window=WINDOW, split="test", render_mode="ansi")
    env.reset()
    assert env.get_attr("split") == ["test", "test"]
    assert env.env_method("get_wrapper_attr", "max_attempts", indices=[1]) == [2]
    env.set_attr("max_attempts", 5, indices=0)
    assert env.get_attr("max_attempts") == [5, 2]
    assert env.env_is_wrapped(TimeLimit) == [False, False]
    env.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_envs": 0}, "n_envs must be a whole number of at least 1"),
        ({"window": 4096}, "window must be at most the model's 512, got 4096"),
        ({"env_id": "FrozenLake-v1"}, "env must be an environment whose actions are texts"),
        ({"env_id": "CartPole-v1"}, "env_id must be an environment that lives in this process"),
        ({"levle": 2}, "Did you mean 'level'"),
    ],
)
def test_a_bad_argument_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_sb3_env(**({"env_id": ENV_ID} | options))


def test_a_bad_policy_is_refused() -> None:
    with pytest.raises(ArgumentError, match="temperature must be a number above 0, got 0"):
        make_learner(policy_kwargs={"temperature": 0.0})
    with pytest.raises(ModelError, match="No such folder"):
        make_learner(policy_kwargs={"model": "./nowhere/at/all"})


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith("rethink_gym.integrations"):
            monkeypatch.delitem(sys.modules, name)
        elif name.partition(".")[0] == "stable_baselines3":
            monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"needs stable_baselines3.*rethink-gym\[agents\]"):
        importlib.import_module("rethink_gym.integrations.sb3")
