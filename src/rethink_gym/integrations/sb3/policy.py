"""A causal language model with a value head as a policy of Stable-Baselines3."""

from pathlib import Path
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.distributions import Distribution
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import PyTorchObs, Schedule
from torch import Tensor, nn

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.envs.wrappers import PADDING
from rethink_gym.errors import argument_error
from rethink_gym.integrations.sb3.forward import Row, forward_rows, output_layer
from rethink_gym.integrations.sb3.prefix_cache import RowPrefixCache

__all__ = ["TokenPolicy"]


class TokenPolicy(ActorCriticPolicy):
    """Samples the next token of a dialogue; for the stock PPO and A2C.

    The model's own distribution is sampled and trained. The value head is one linear layer
    on the hidden state that the output layer reads, initialized with zeros. In a rollout a
    KV cache is kept from step to step. In an update a row that is a prefix of another one
    costs nothing, so large batches cost the least per token. The model is always in
    evaluation mode: with dropout, the importance ratio would not be 1 before the first step.

    Args:
        observation_space: Space of the windows of tokens of `make_sb3_env`.
        action_space: Space of the tokens.
        lr_schedule: Learning rate as a function of the remaining progress.
        model: ``"tiny"``, a folder, or a name on the hub, with the initial weights. A saved
            algorithm stores this name and its own weights.
        temperature: Softmax temperature of the sampled and trained distribution.
        optimizer_class: See `ActorCriticPolicy`.
        optimizer_kwargs: See `ActorCriticPolicy`.
        **kwargs: Other arguments of `ActorCriticPolicy`, except those that shape networks.

    Attributes:
        model: The language model.
        value_net: The value head.

    Raises:
        ArgumentError: If ``temperature`` is not above 0.
        ModelError: If ``model`` cannot be loaded.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        lr_schedule: Schedule,
        *,
        model: str | Path = "tiny",
        temperature: float = 1.0,
        optimizer_class: type[torch.optim.Optimizer] = torch.optim.Adam,
        optimizer_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not temperature > 0:
            raise argument_error("temperature", "a number above 0", temperature)
        self._model_name = str(model)
        self._temperature = temperature
        super().__init__(
            observation_space,
            action_space,
            lr_schedule,
            net_arch=[],
            optimizer_class=optimizer_class,
            optimizer_kwargs=optimizer_kwargs,
            **kwargs,
        )

    @property
    def language_model(self) -> LanguageModel:
        """The model as a policy that generates whole messages; it shares the weights."""
        return self._language_model

    def save_pretrained(self, folder: str | Path) -> None:
        """Save model and tokenizer in the layout of transformers, without the value head.

        Args:
            folder: Folder to save to; created if missing.
        """
        self._language_model.save_pretrained(folder)

    def forward(self, obs: Tensor, deterministic: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """Sample the next token of each dialogue.

        Args:
            obs: Windows of tokens, shape ``(dialogues, window)``.
            deterministic: Whether to take the most likely token instead.

        Returns:
            The tokens, shape ``(dialogues,)``; the values of the dialogues without them,
            shape ``(dialogues, 1)``; the log-probabilities of the tokens.
        """
        distribution, values = self._forward(obs)
        actions = distribution.get_actions(deterministic=deterministic)
        return actions, values, distribution.log_prob(actions)

    def evaluate_actions(  # type: ignore[override]  # the base class has a wider type
        self, obs: Tensor, actions: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Compute values and log-probabilities of sampled tokens; gradients flow.

        Args:
            obs: Windows of tokens, shape ``(dialogues, window)``.
            actions: Token after each window, shape ``(dialogues,)``.

        Returns:
            The values, the log-probabilities of the tokens, and the entropies of the
            distributions.
        """
        distribution, values = self._forward(obs)
        return values, distribution.log_prob(actions), distribution.entropy()

    def get_distribution(self, obs: PyTorchObs) -> Distribution:
        """Return the distribution of the next token of each dialogue."""
        return self._forward(obs)[0]

    def predict_values(self, obs: PyTorchObs) -> Tensor:
        """Return the value of each dialogue, shape ``(dialogues, 1)``."""
        # Without the prefix cache: Stable-Baselines3 calls this with single dialogues in between.
        _, hidden = forward_rows(self.model, _rows(obs))
        values: Tensor = self.value_net(hidden.float())
        return values

    def set_training_mode(self, mode: bool) -> None:
        """Set the mode of everything except the language model; that stays in evaluation mode."""
        super().set_training_mode(mode)
        nn.Module.eval(self.model)

    def _build(self, lr_schedule: Schedule) -> None:
        """Load the model, and create value head and optimizer; the base class calls it."""
        self._language_model = LanguageModel.from_pretrained(self._model_name)
        self.model = self._language_model.model
        output_layer(self.model)  # raises if it is missing
        self._prefix_cache = RowPrefixCache(self.model)
        width = self.model.config.get_text_config().hidden_size
        self.value_net = nn.Linear(width, 1)
        nn.init.zeros_(self.value_net.weight)
        nn.init.zeros_(self.value_net.bias)
        self.optimizer = self.optimizer_class(  # type: ignore[call-arg]  # all of them take lr
            self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs
        )

    def _forward(self, obs: PyTorchObs) -> tuple[Distribution, Tensor]:
        rows = _rows(obs)
        if torch.is_grad_enabled():
            logits, hidden = forward_rows(self.model, rows)
        else:
            logits, hidden = self._prefix_cache.forward(rows)
        distribution = self.action_dist.proba_distribution(logits.float() / self._temperature)
        return distribution, self.value_net(hidden.float())

    def _get_constructor_parameters(self) -> dict[str, Any]:
        return {
            "observation_space": self.observation_space,
            "action_space": self.action_space,
            "lr_schedule": self._dummy_schedule,
            "model": self._model_name,
            "temperature": self._temperature,
            "optimizer_class": self.optimizer_class,
            "optimizer_kwargs": self.optimizer_kwargs,
        }


def _rows(obs: PyTorchObs) -> list[Row]:
    """Return the tokens of each window without its padding."""
    if not isinstance(obs, Tensor):
        raise argument_error("obs", "a tensor of windows of tokens", obs)
    windows = obs.cpu().numpy()
    lengths = (windows != PADDING).sum(axis=1)
    return [window[len(window) - length :] for window, length in zip(windows, lengths, strict=True)]
