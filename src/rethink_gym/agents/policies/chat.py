"""Encode conversations with a chat template; sampled tokens are inserted unchanged.

Sampled tokens are never decoded and encoded again: a message that carries its
`token_ids` is inserted as exactly these. All other text comes from the chat template. The
template is rendered in segments: one up to the first sampled message, then one "bridge"
from each sampled message to the next. A bridge does not depend on the messages before it.
So the tokens of earlier turns never change, even if the template edits earlier turns, and
the prefix cache stays valid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.errors import ModelError, argument_error

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["PLAIN_TEMPLATE", "ChatEncoder", "TokenizedConversation"]

PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{{ message['role'] | capitalize }}:\n{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{{ '\n\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:\n' }}{% endif %}"
)
"""The chat template for tokenizers without one.

    User:
    What is 6 * 7?

    Assistant:
    42<end token>

    User:
    ...

If the tokenizer starts texts with a beginning-of-text token, it comes first here too.
"""

_ANSWER = "ANSWER0SENTINEL"
_QUESTION = "Question"
_MAX_SEGMENTS = 8192


@dataclass(frozen=True, slots=True)
class TokenizedConversation:
    """A conversation as the model reads it.

    Attributes:
        token_ids: All tokens, in order.
        turn_ids: Turn of each token, as long as ``token_ids``. A sampled token has the
            index of its assistant message, from 0. Tokens of the environment and the
            template have -1, and so have assistant messages without `token_ids`.
    """

    token_ids: tuple[int, ...]
    turn_ids: tuple[int, ...]


class ChatEncoder:
    """Encodes conversations with a tokenizer's chat template.

    Args:
        tokenizer: The tokenizer; `PLAIN_TEMPLATE` replaces a missing chat template.
        end_ids: Further tokens that end a message, besides the tokenizer's own.

    Attributes:
        end_ids: All tokens that end a message: the given ones, the tokenizer's end token,
            and the special token (if any) that the template writes right after an
            assistant's message.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", end_ids: Sequence[int] = ()) -> None:
        self._tokenizer = tokenizer
        self._template = tokenizer.chat_template or PLAIN_TEMPLATE
        self._is_plain = not tokenizer.chat_template
        specials = {
            **dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True)),
            **{i: t.content for i, t in tokenizer.added_tokens_decoder.items() if t.special},
        }
        self._special_texts = [text for text in specials.values() if text]
        self._segments: dict[tuple[tuple[Message, ...], bool, bool], tuple[int, ...]] = {}
        ids = {*end_ids}
        if tokenizer.eos_token_id is not None:
            ids.add(tokenizer.eos_token_id)
        # Many chat templates end a message with another token than the tokenizer's end token.
        first_of_bridge = self._encode_bridge((Message(Role.USER, _QUESTION),), True)[:1]
        ids |= set(first_of_bridge) & set(specials) - {tokenizer.bos_token_id}
        self.end_ids = frozenset(ids)

    def encode(self, conversation: Conversation) -> TokenizedConversation:
        """Encode a conversation.

        Args:
            conversation: The conversation. If its newest message is not the assistant's,
                the tokens end with the prompt for the assistant's next message.

        Returns:
            The tokens, and the turn of each sampled one.

        Raises:
            ArgumentError: If ``conversation`` is empty.
            ModelError: If the tokenizer's chat template refuses the conversation.
        """
        if not conversation:
            raise argument_error("conversation", "one or more messages", conversation)
        token_ids: list[int] = []
        turn_ids: list[int] = []
        pending: list[Message] = []
        turn = -1
        is_first = True
        for message in conversation:
            turn += message.role is Role.ASSISTANT
            if not self._is_sampled(message):
                pending.append(message)
                continue
            segment = self._segment(pending, token_ids, is_first, prompts=True)
            token_ids += segment
            turn_ids += [-1] * len(segment)
            sampled = message.token_ids or ()
            token_ids += sampled
            turn_ids += [turn] * len(sampled)
            pending, is_first = [], False
        if pending:
            prompts = conversation[-1].role is not Role.ASSISTANT
            segment = self._segment(pending, token_ids, is_first, prompts=prompts)
            token_ids += segment
            turn_ids += [-1] * len(segment)
        return TokenizedConversation(tuple(token_ids), tuple(turn_ids))

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of sampled tokens, without special tokens such as the end token."""
        text = self._tokenizer.decode(
            list(token_ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text if isinstance(text, str) else "".join(text)

    def _is_sampled(self, message: Message) -> bool:
        """Whether the message carries tokens that decode to its content.

        The tokens may decode to more than the content, since a stop string and what
        follows it are cut from the text. If they decode to something else, they belong to
        an edited message or to another tokenizer.
        """
        if message.role is not Role.ASSISTANT or not message.token_ids:
            return False
        if max(message.token_ids) >= len(self._tokenizer) or min(message.token_ids) < 0:
            return False
        return self.decode(message.token_ids).startswith(message.content)

    def _segment(
        self, messages: list[Message], past: list[int], is_first: bool, *, prompts: bool
    ) -> tuple[int, ...]:
        key = (tuple(messages), is_first, prompts)
        if key not in self._segments:
            if len(self._segments) >= _MAX_SEGMENTS:
                self._segments.clear()
            encode = self._encode_head if is_first else self._encode_bridge
            self._segments[key] = encode(key[0], prompts)
        if is_first:
            return self._segments[key]
        bridge = self._segments[key]
        # If the message has its own end token, the template must not add a second one.
        is_ended = past[-1] in self.end_ids and bridge[:1] and bridge[0] in self.end_ids
        return bridge[1:] if is_ended else bridge

    def _encode_head(self, messages: tuple[Message, ...], prompts: bool) -> tuple[int, ...]:
        token_ids = self._tokenize(self._render(messages, prompts))
        bos = self._tokenizer.bos_token_id
        if self._is_plain and bos is not None and self._tokenize("", special=True)[:1] == (bos,):
            return (bos, *token_ids)
        return token_ids

    def _encode_bridge(self, messages: tuple[Message, ...], prompts: bool) -> tuple[int, ...]:
        before = (Message(Role.USER, _QUESTION), Message(Role.ASSISTANT, _ANSWER))
        text = self._render(before + messages, prompts)
        _, sentinel, bridge = text.partition(_ANSWER)
        if not sentinel:
            raise ModelError(
                "The tokenizer's chat template drops the assistant's messages. "
                "Set tokenizer.chat_template to one that keeps them."
            )
        # Encode the bridge after other text, as it will appear: some tokenizers put a space
        # before the first word of any text.
        anchor = self._tokenize(_ANSWER)
        anchored = self._tokenize(_ANSWER + bridge)
        if anchored[: len(anchor)] == anchor:
            return anchored[len(anchor) :]
        return self._tokenize(bridge)

    def _render(self, messages: Sequence[Message], prompts: bool) -> str:
        from jinja2 import TemplateError

        chat = [
            {"role": message.role.value, "content": self._without_specials(message.content)}
            for message in messages
        ]
        try:
            text = self._tokenizer.apply_chat_template(
                chat,
                chat_template=self._template,
                tokenize=False,
                add_generation_prompt=prompts,
            )
        except TemplateError as error:
            roles = ", ".join(message["role"] for message in chat)
            raise ModelError(
                f"The tokenizer's chat template refuses messages of the roles {roles}: {error}. "
                "Set tokenizer.chat_template to one that accepts them."
            ) from error
        return str(text)

    def _without_specials(self, content: str) -> str:
        """Break up special tokens that are written in a text, so that it cannot forge them."""
        for special in self._special_texts:
            if special in content:
                content = content.replace(special, f"{special[:1]} {special[1:]}")
        return content

    def _tokenize(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        return tuple(self._tokenizer(text, add_special_tokens=special)["input_ids"])
