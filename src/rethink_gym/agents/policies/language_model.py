"""A language model with its tokenizer as a policy."""

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rethink_gym.agents.policies.chat import ChatEncoder, TokenizedConversation
from rethink_gym.agents.policies.forward import forward_at_positions, hidden_at_positions
from rethink_gym.agents.policies.generation import DecodingEngine, GenerationConfig
from rethink_gym.agents.policies.lora import LoraConfig, add_lora, is_adapter
from rethink_gym.agents.policies.pretrained import load_pretrained, save_pretrained
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Role, StopReason
from rethink_gym.errors import ModelError, argument_error, check_count

__all__ = ["LanguageModel", "eval_mode"]


class LanguageModel:
    """A causal language model of transformers, with its tokenizer, as a policy.

    Tokens go in as they came out: what the model sampled in earlier turns is what
    later turns are conditioned on, and no top-k, top-p or setting of the model's
    own ``generation_config`` (but its end tokens) shapes what is drawn. The keys and
    values of the last `act` are kept, so a next turn computes only what is new.

    Args:
        model: Any ``AutoModelForCausalLM``.
        tokenizer: Its tokenizer; without a chat template, a plain one is used
            (`rethink_gym.agents.policies.chat.PLAIN_TEMPLATE`).
        sampling: How messages are drawn unless `act` is told otherwise.
        seed: Seed of the draws; without one, they differ from run to run.
        max_rows: Most conversations answered side by side; more are taken in turns.
            Fewer need less memory.

    Attributes:
        model: The model; a learner trains it in place.
        tokenizer: The tokenizer.
        sampling: How messages are drawn unless `act` is told otherwise.
        end_ids: The tokens that end a message.
        max_length: Most tokens of a whole conversation; None if the model sets no limit.
        generator: The source of chance of all draws; a checkpoint keeps its state.

    Raises:
        ArgumentError: If ``seed`` or ``max_rows`` is no such whole number.
        ModelError: If the tokenizer's chat template drops what the assistant says.
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
        self.sampling = sampling or SamplingConfig()
        self._chat = ChatEncoder(tokenizer, _shipped_end_ids(model))
        self._engine = DecodingEngine(model, max_rows=check_count("max_rows", max_rows))
        self.end_ids = self._chat.end_ids
        self.max_length = _max_length(model)
        # On the CPU wherever the model is: equal seeds draw equal numbers everywhere.
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
            sampling: How messages are drawn.
            seed: Seed of the draws.
            device: Where the model runs.
            dtype: Type of its weights.
            lora: Gives the model a fresh adapter, which alone is trained from then on;
                it changes nothing of what the model says before.

        Returns:
            The policy, its model in evaluation mode.

        Raises:
            ArgumentError: If there is no such device here.
            ModelError: If the folder or name holds no usable model and tokenizer, or
                the model has an adapter already and ``lora`` asks for another.
            HubUnavailableError: If it is a hub name and the hub cannot be reached.
            MissingExtraError: If there is an adapter, and peft is not installed.
        """
        model, tokenizer = load_pretrained(name_or_path, device=device, dtype=dtype)
        if lora is not None:
            add_lora(model, lora)
        return cls(model, tokenizer, sampling, seed=seed)

    def save_pretrained(self, folder: str | Path) -> None:
        """Save model and tokenizer in the layout of transformers.

        An adapter goes into the folder ``adapter`` in there, in the layout of peft, and
        the model beside it is the one without.

        Args:
            folder: Where to; made if it is missing.
        """
        save_pretrained(self.model, self.tokenizer, folder)

    @property
    def num_prefilled(self) -> int:
        """How many tokens of prompts were computed so far, those found in a cache left out."""
        return self._engine.num_prefilled

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.model.device

    def seed(self, seed: int) -> None:
        """Make the draws from here on reproducible.

        Args:
            seed: Any whole number of at least 0.

        Raises:
            ArgumentError: If it is no such number.
        """
        self.generator.manual_seed(check_count("seed", seed, 0))

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        """Say the next message of each conversation.

        Args:
            conversations: What was said so far; none may end with the assistant.
            sampling: How to draw, instead of the attribute `sampling`.

        Returns:
            One completion per conversation. Its log-probabilities are those of the
            distribution drawn from (logits divided by the temperature); at
            temperature 0 those of the undivided one.

        Raises:
            ArgumentError: If a conversation is empty, ends with the assistant, or
                leaves no room for an answer in the model's context.
        """
        return self.complete(conversations, [()] * len(conversations), sampling)

    def complete(
        self,
        conversations: Sequence[Conversation],
        openings: Sequence[Sequence[int]],
        sampling: SamplingConfig | None = None,
    ) -> list[Completion]:
        """Go on with messages that have begun, as `act` says whole ones.

        Args:
            conversations: What was said before each message.
            openings: The tokens that each message begins with.
            sampling: How to draw, instead of the attribute `sampling`.

        Returns:
            For each message what stands behind its opening.

        Raises:
            ArgumentError: As `act` does; or if there are not as many openings.
        """
        if len(openings) != len(conversations):
            raise argument_error("openings", f"of length {len(conversations)}", len(openings))
        if not conversations:
            return []
        sampling = sampling or self.sampling
        prompts = list(map(self._prompt, conversations, openings))
        with eval_mode(self.model):
            rules = GenerationConfig(
                sampling, self.end_ids, self.max_length, self.generator, self._chat.decode
            )
            drawn = self._engine.generate(prompts, rules)
        completions = []
        for message in drawn:
            text = self._chat.decode(message.token_ids)
            if message.stop is StopReason.STOP_STRING:
                for stop in sampling.stop_strings:
                    text = text.partition(stop)[0]
            completions.append(Completion(text, message.token_ids, message.log_probs, message.stop))
        return completions

    def tokenize(self, conversation: Conversation) -> TokenizedConversation:
        """Return a conversation as the model reads it, and which tokens were sampled.

        Args:
            conversation: If its newest message is not the assistant's, the tokens
                end with the prompt for the assistant's next message.

        Returns:
            The tokens; those that `act` sampled stand in it as they were sampled.

        Raises:
            ArgumentError: If the conversation is empty.
            ModelError: If the tokenizer's chat template refuses it.
        """
        return self._chat.encode(conversation)

    def forward_at_positions(
        self, token_ids: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits and hidden states that tokens are predicted from.

        This is the only call by which learners read the model, so that only it knows how
        a token and its logits are aligned. Dropout is off; gradients flow unless the
        caller has switched them off.

        Args:
            token_ids: Tokens of conversations, padded on the right, shape ``(rows, tokens)``.
            rows: Row of each position, shape ``(positions,)``.
            columns: Column of each position, from 1 to ``tokens``, same shape; ``tokens``
                asks for the state after the last column.

        Returns:
            Logits, float32, shape ``(positions, vocabulary)``, not divided by any
            temperature, and the last hidden states, shape ``(positions, width)``.
        """
        with eval_mode(self.model):
            return forward_at_positions(self.model, token_ids, rows, columns)

    def hidden_at_positions(
        self, token_ids: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor
    ) -> torch.Tensor:
        """Return only the hidden states of `forward_at_positions`, without any logits."""
        with eval_mode(self.model):
            return hidden_at_positions(self.model, token_ids, rows, columns)

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of tokens, without special ones such as the end token."""
        return self._chat.decode(token_ids)

    def frozen_copy(self) -> Self:
        """Copy the policy as it is now, in evaluation mode and without gradients.

        The weights beneath an adapter never change, so the copy shares them and has an
        adapter of its own.

        Returns:
            A reference that later training leaves alone; it keeps an own cache.
        """
        has_adapter = any(is_adapter(name) for name, _ in self.model.named_parameters())
        shared = [
            parameter
            for name, parameter in self.model.named_parameters()
            if has_adapter and not is_adapter(name)
        ]
        # Without the gradients, which deepcopy would take along.
        gradients = [(parameter, parameter.grad) for parameter in self.model.parameters()]
        try:
            for parameter, _ in gradients:
                parameter.grad = None
            model = copy.deepcopy(self.model, {id(weight): weight for weight in shared})
        finally:
            for parameter, gradient in gradients:
                parameter.grad = gradient
        frozen = torch.nn.Module.eval(model).requires_grad_(False)
        return type(self)(frozen, self.tokenizer, self.sampling, max_rows=self._engine.max_rows)

    def trainable_copy(self) -> Self:
        """Copy the policy as it is now; the same weights of the copy can be trained.

        Returns:
            Another policy; the weights beneath an adapter are shared, see `frozen_copy`.
        """
        copied = self.frozen_copy()
        pairs = zip(copied.model.parameters(), self.model.parameters(), strict=True)
        for weight, original in pairs:
            weight.requires_grad_(original.requires_grad)
        return copied

    def trainable_state_dict(self) -> dict[str, torch.Tensor]:
        """Return the weights that a `frozen_copy` does not share with this policy, by name.

        They are all of the model's, or those of its adapter if it has one: what a
        checkpoint that holds the policy must keep of a frozen copy besides.
        """
        weights = self.model.state_dict()
        adapter = {name: weight for name, weight in weights.items() if is_adapter(name)}
        return adapter or weights

    def load_trainable_state_dict(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Take back what `trainable_state_dict` returned.

        Args:
            weights: Of a policy of the same shape, all of them.

        Raises:
            ModelError: If some are missing, or belong to another model.
        """
        if set(weights) != set(self.trainable_state_dict()):
            raise ModelError(
                "weights must be those of the same model, with the same kind of adapter; "
                f"got {len(weights)} of other names. Load the policy that they belong to."
            )
        self.model.load_state_dict(dict(weights), strict=False)

    def forget(self) -> None:
        """Free the keys and values kept from the last `act`."""
        self._engine.forget()

    def _prompt(self, conversation: Conversation, opening: Sequence[int]) -> tuple[int, ...]:
        if conversation and conversation[-1].role is Role.ASSISTANT:
            raise argument_error(
                "conversations",
                "ending with a message to answer",
                conversation[-1],
                "Append the next message of the environment.",
            )
        prompt = (*self._chat.encode(conversation).token_ids, *opening)
        if self.max_length is not None and len(prompt) >= self.max_length:
            raise argument_error(
                "conversations",
                f"shorter than the model's context of {self.max_length} tokens",
                f"{len(prompt)} tokens",
                "Shorten the prompt, allow fewer turns or new tokens, "
                "or take a model with a longer context.",
            )
        return prompt


@contextlib.contextmanager
def eval_mode(model: torch.nn.Module) -> Iterator[None]:
    """Switch to evaluation mode, and each module back to its own mode afterwards.

    Args:
        model: Whose dropout, say, is to be off meanwhile.
    """
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True


def _max_length(model: PreTrainedModel) -> int | None:
    length = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return length if isinstance(length, int) and length > 0 else None


def _shipped_end_ids(model: PreTrainedModel) -> list[int]:
    ids = model.generation_config.eos_token_id if model.generation_config else None
    ids = model.config.eos_token_id if ids is None else ids
    if ids is None:
        return []
    return [ids] if isinstance(ids, int) else list(ids)
