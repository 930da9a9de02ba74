"""The tokenizer of the tiny model: bytes, one token per digit, one token per fixed phrase."""

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from rethink_gym.envs.prompt import ANSWER_FORMAT, CORRECTION, RIGHT, WRONG
from tiny_model.corpus import STEP_BY_STEP

__all__ = ["make_tokenizer"]

_PHRASES = (ANSWER_FORMAT, CORRECTION, RIGHT, WRONG, STEP_BY_STEP, "Compute ", "A: ")
"""Texts that are always the same; one token for each keeps the conversations short."""

_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Build the tokenizer.

    It encodes any Unicode text: everything except digits, signs and fixed phrases is
    encoded byte by byte.

    Returns:
        A fast tokenizer with a chat template; padding token and end token differ.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[0-9]|[^0-9A-Za-z ]"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    # No merges: the vocabulary is the 256 bytes, and the tokens added below.
    tokenizer.train_from_iterator(
        [], trainers.BpeTrainer(vocab_size=len(alphabet), initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # untyped
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        additional_special_tokens=["<|system|>", "<|user|>", "<|assistant|>"],
        clean_up_tokenization_spaces=False,
        chat_template=_CHAT_TEMPLATE,
    )
    fast.add_tokens([AddedToken(phrase, normalized=False) for phrase in _PHRASES])
    return fast
