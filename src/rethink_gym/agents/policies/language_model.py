"""A causal language model with its tokenizer as a policy."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rethink_gym.agents.policies.chat import ChatEncoder, TokenizedConversation
from rethink_gym.agents.policies.forward import (
    eval_mode,
    forward_at_positions,
    hidden_at_positions,
)
from rethink_gym.agents.policies.generation import DecodingEngine, GenerationConfig
from rethink_gym.agents.policies.lora import LoraConfig, add_lora, is_adapter
from rethink_gym.agents.policies.pretrained import load_pretrained, save_pretrained
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Role, StopReason
from rethink_gym.errors import ModelError, PromptTooLongError, argument_error, check_count

__all__ = ["LanguageModel"]


class LanguageModel:
    """A causal language model of transformers, with its tokenizer, as a policy.

    Later turns are conditioned on exactly the tokens that were sampled in earlier turns.
    Neither top-k, top-p nor the model's own ``generation_config`` changes the sampled
    distribution; only its end tokens are used. The prefix cache keeps the keys and values
    of the last `act`, so the next turn computes only the new tokens.

    Args:
        model: Any ``AutoModelForCausalLM``.
        tokenizer: Its tokenizer. If it has no chat template, a plain one is used
            (`rethink_gym.agents.policies.chat.PLAIN_TEMPLATE`).
        sampling: Default sampling settings of `act`; the default values of
            `SamplingConfig` if None.
        seed: Seed of the random generator; without one, results differ from run to run.
        max_rows: Maximum number of conversations answered side by side; others wait.
            A smaller number needs less memory.

    Attributes:
        model: The model; a learner trains it in place.
        tokenizer: The tokenizer.
        end_ids: Tokens that end a message.
        max_length: Maximum number of tokens of a whole conversation (the model's context);
            None if the model has no limit.
        generator: Random generator of all sampling; a checkpoint contains its state.

    Raises:
        ArgumentError: If ``seed`` is not a whole number of at least 0, or ``max_rows`` not
            one of at least 1.
        ModelError: If the tokenizer's chat template drops the assistant's messages.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        sampling: SamplingConfig | None = None,
        *,
        seed: int | None = None,
        max_rows: int = 256,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self._own_sampling = sampling
        self._chat = ChatEncoder(tokenizer, _shipped_end_ids(model))
        self._engine = DecodingEngine(model, max_rows=check_count("max_rows", max_rows))
        self.end_ids = self._chat.end_ids
        self.max_length = _max_length(model)
        # Always on the CPU, so that equal seeds give equal numbers on every device.
        self.generator = torch.Generator()
        if seed is None:
            self.generator.seed()
        else:
            self.seed(seed)

    @classmethod
    def from_pretrained(
        cls,
        name_or_path: str | Path,
        *,
        sampling: SamplingConfig | None = None,
        seed: int | None = None,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
        lora: LoraConfig | None = None,
    ) -> Self:
        """Load a model and its tokenizer, with its adapter if it was saved with one.

        Args:
            name_or_path: ``"tiny"`` for the bundled model, a folder in the layout of
                transformers, or a name on the Hugging Face hub.
            sampling: Default sampling settings of `act`.
            seed: Seed of the random generator.
            device: Device of the model.
            dtype: Type of the weights.
            lora: Shape of a new adapter, if the model should get one. Only the adapter is
                trained; until then the model's outputs are unchanged.

        Returns:
            The policy, its model in evaluation mode.

        Raises:
            ArgumentError: If torch cannot use ``device`` on this machine.
            ModelError: If ``name_or_path`` does not hold a usable model and tokenizer, or
                ``lora`` is given and the model has an adapter already.
            HubUnavailableError: If ``name_or_path`` is a hub name and the hub cannot be
                reached.
            MissingExtraError: If there is an adapter, and peft is not installed.
        """
        model, tokenizer = load_pretrained(name_or_path, device=device, dtype=dtype)
        if lora is not None:
            add_lora(model, lora)
        return cls(model, tokenizer, sampling, seed=seed)

    def save_pretrained(self, folder: str | Path) -> None:
        """Save model and tokenizer in the layout of transformers.

        An adapter is saved in the subfolder ``adapter`` in the layout of peft; the model
        beside it is then the base model.

        Args:
            folder: Folder to save to; created if missing.
        """
        save_pretrained(self.model, self.tokenizer, folder)

    @property
    def sampling(self) -> SamplingConfig:
        """Default sampling settings of `act`; assign other settings to change them."""
        return self._own_sampling or SamplingConfig()

    @sampling.setter
    def sampling(self, sampling: SamplingConfig) -> None:
        self._own_sampling = sampling

    @property
    def has_own_sampling(self) -> bool:
        """Whether sampling settings were given to the constructor or assigned later.

        If not, `sampling` returns the default values of `SamplingConfig`, and a learner
        may use its own settings without a conflict.
        """
        return self._own_sampling is not None

    @property
    def num_prefilled(self) -> int:
        """Number of prompt tokens computed so far, without those found in the prefix cache."""
        return self._engine.num_prefilled

    @property
    def device(self) -> torch.device:
        """Device of the model."""
        return self.model.device

    def seed(self, seed: int) -> None:
        """Seed the random generator.

        Args:
            seed: A whole number of at least 0.

        Raises:
            ArgumentError: If ``seed`` is not a whole number of at least 0.
        """
        self.generator.manual_seed(check_count("seed", seed, 0))

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        """Generate the next message of each conversation.

        A later turn whose conversation fills the model's context does not stop the
        others: its completion is empty, with the stop reason ``StopReason.CONTEXT``.

        Args:
            conversations: The conversations so far; none may end with the assistant.
            sampling: Sampling settings, instead of the property `sampling`.

        Returns:
            One completion per conversation. Its log-probabilities are those of the
            sampled distribution (logits divided by the temperature); at temperature 0,
            those of the logits themselves.

        Raises:
            ArgumentError: If a conversation is empty or ends with the assistant.
            PromptTooLongError: If a first prompt, before any message of the assistant,
                leaves no free token in the model's context.
        """
        return self.complete(conversations, [()] * len(conversations), sampling)

    def complete(
        self,
        conversations: Sequence[Conversation],
        prefixes: Sequence[Sequence[int]],
        sampling: SamplingConfig | None = None,
    ) -> list[Completion]:
        """Complete messages whose first tokens are given (prefill); see `act`.

        Args:
            conversations: The conversation before each message.
            prefixes: First tokens of each message.
            sampling: Sampling settings, instead of the property `sampling`.

        Returns:
            For each message what follows its prefix.

        Raises:
            ArgumentError: If ``prefixes`` is not as long as ``conversations``, or a
                conversation is empty or ends with the assistant.
            PromptTooLongError: If a first prompt, before any message of the assistant,
                leaves no free token in the model's context.
        """
        if len(prefixes) != len(conversations):
            raise argument_error("prefixes", f"of length {len(conversations)}", len(prefixes))
        sampling = sampling or self.sampling
        prompts = [
            self._encode_prompt(index, conversation, prefix)
            for index, (conversation, prefix) in enumerate(
                zip(conversations, prefixes, strict=True)
            )
        ]
        # Full conversations take no part, so the others draw the numbers they would draw
        # without them.
        fitting = {index: prompt for index, prompt in enumerate(prompts) if prompt is not None}
        completions = [Completion("", stop=StopReason.CONTEXT)] * len(prompts)
        if not fitting:
            return completions
        config = GenerationConfig(
            sampling, self.end_ids, self.max_length, self.generator, self._chat.decode
        )
        with eval_mode(self.model):
            sequences = self._engine.generate(list(fitting.values()), config)
        for index, sequence in zip(fitting, sequences, strict=True):
            text = self._chat.decode(sequence.token_ids)
            if sequence.stop is StopReason.STOP_STRING:
                for stop in sampling.stop_strings:
                    text = text.partition(stop)[0]
            completions[index] = Completion(
                text, sequence.token_ids, sequence.log_probs, sequence.stop
            )
        return completions

    def tokenize(self, conversation: Conversation) -> TokenizedConversation:
        """Encode a conversation as the model reads it, and mark the sampled tokens.

        Args:
            conversation: The conversation. If its newest message is not the assistant's,
                the tokens end with the prompt for the assistant's next message.

        Returns:
            The tokens; they contain the tokens that `act` sampled, unchanged.

        Raises:
            ArgumentError: If ``conversation`` is empty.
            ModelError: If the tokenizer's chat template refuses the conversation.
        """
        return self._chat.encode(conversation)

    def forward_at_positions(
        self, token_ids: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits and hidden states that tokens are predicted from.

        Learners read the model only by this call, so that only it knows how a token and its
        logits are aligned. Gradients flow unless the caller has switched them off.

        Args:
            token_ids: Tokens of conversations, padded on the right, shape ``(rows, tokens)``.
            rows: Row of each position, shape ``(positions,)``.
            columns: Column of each position, from 1 to ``tokens``, same shape; ``tokens``
                asks for the state after the last column.

        Returns:
            Logits, float32, shape ``(positions, vocabulary)``, not divided by any
            temperature, and the last hidden states, shape ``(positions, width)``.
        """
        return forward_at_positions(self.model, token_ids, rows, columns)

    def hidden_at_positions(
        self, token_ids: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor
    ) -> torch.Tensor:
        """Return only the hidden states of `forward_at_positions`, without any logits."""
        return hidden_at_positions(self.model, token_ids, rows, columns)

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of tokens, without special tokens such as the end token."""
        return self._chat.decode(token_ids)

    def frozen_copy(self) -> Self:
        """Copy the policy as it is now, in evaluation mode and without gradients.

        With an adapter, the copy shares the base weights, which are never trained, and
        copies the adapter.

        Returns:
            A reference policy that later training does not change; it has its own prefix
            cache.
        """
        has_adapter = any(is_adapter(name) for name, _ in self.model.named_parameters())
        shared = [
            parameter
            for name, parameter in self.model.named_parameters()
            if has_adapter and not is_adapter(name)
        ]
        # Take the gradients away for now, since deepcopy would copy them too.
        gradients = [(parameter, parameter.grad) for parameter in self.model.parameters()]
        try:
            for parameter, _ in gradients:
                parameter.grad = None
            model = copy.deepcopy(self.model, {id(weight): weight for weight in shared})
        finally:
            for parameter, gradient in gradients:
                parameter.grad = gradient
        frozen = torch.nn.Module.eval(model).requires_grad_(False)
        return type(self)(
            frozen, self.tokenizer, self._own_sampling, max_rows=self._engine.max_rows
        )

    def trainable_copy(self) -> Self:
        """Copy the policy as it is now, like `frozen_copy`, but with trainable weights."""
        copied = self.frozen_copy()
        pairs = zip(copied.model.parameters(), self.model.parameters(), strict=True)
        for weight, original in pairs:
            weight.requires_grad_(original.requires_grad)
        return copied

    def trainable_state_dict(self) -> dict[str, torch.Tensor]:
        """Return the weights that a `frozen_copy` does not share with this policy, by name.

        They are the weights of the adapter if there is one, else all weights of the model.
        A checkpoint that contains the policy needs only these of a frozen copy.
        """
        weights = self.model.state_dict()
        adapter = {name: weight for name, weight in weights.items() if is_adapter(name)}
        return adapter or weights

    def load_trainable_state_dict(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Restore the weights returned by `trainable_state_dict`.

        Args:
            weights: All trainable weights of a policy of the same shape.

        Raises:
            ModelError: If ``weights`` lacks a weight or contains one of another model.
        """
        if set(weights) != set(self.trainable_state_dict()):
            raise ModelError(
                "weights must be those of the same model, with the same kind of adapter; "
                f"got {len(weights)} of other names. Load the policy that they belong to."
            )
        self.model.load_state_dict(dict(weights), strict=False)

    def forget(self) -> None:
        """Empty the prefix cache, which keeps the keys and values of the last `act`."""
        self._engine.forget()

    def _encode_prompt(
        self, index: int, conversation: Conversation, prefix: Sequence[int]
    ) -> tuple[int, ...] | None:
        """Encode a conversation and the first tokens of its answer; None if it is full."""
        if conversation and conversation[-1].role is Role.ASSISTANT:
            raise argument_error(
                "conversations",
                "ending with a message to answer",
                conversation[-1],
                "Append the next message of the environment.",
            )
        token_ids = self._chat.encode(conversation).token_ids
        if self.max_length is None or len(token_ids) + len(prefix) < self.max_length:
            return (*token_ids, *prefix)
        is_first = all(message.role is not Role.ASSISTANT for message in conversation)
        if is_first and len(token_ids) >= self.max_length:
            error = argument_error(
                "conversations",
                f"shorter than the model's context of {self.max_length} tokens",
                f"{len(token_ids)} tokens",
                "Shorten the prompt, or use a model with a longer context.",
            )
            raise PromptTooLongError(str(error), index)
        return None


def _max_length(model: PreTrainedModel) -> int | None:
    length = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return length if isinstance(length, int) and length > 0 else None


def _shipped_end_ids(model: PreTrainedModel) -> list[int]:
    ids = model.generation_config.eos_token_id if model.generation_config else None
    ids = model.config.eos_token_id if ids is None else ids
    if ids is None:
        return []
    return [ids] if isinstance(ids, int) else list(ids)
