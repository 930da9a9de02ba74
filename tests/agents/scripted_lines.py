"""A language model with scripted lines, for labelled generation."""

from collections.abc import Sequence
from dataclasses import replace

from rethink_gym.agents.demonstrations import encode_completion
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason

__all__ = ["QUESTION", "ScriptedLines"]

QUESTION = (Message(Role.USER, "Q"),)


class ScriptedLines:
    """The tokens of a language model with scripted lines; records the text it is conditioned on."""

    def __init__(self, policy: LanguageModel, lines: Sequence[str]) -> None:
        self.tokenizer, self.end_ids = policy.tokenizer, policy.end_ids
        self.tokenize, self.decode = policy.tokenize, policy.decode
        self.max_length = policy.max_length
        self._policy = policy
        self._lines = iter(lines)
        self.contexts_read: list[list[str]] = []

    def complete(
        self,
        conversations: Sequence[Conversation],
        prefixes: Sequence[Sequence[int]],
        sampling: SamplingConfig,
    ) -> list[Completion]:
        for each, prefix in zip(conversations, prefixes, strict=True):
            self.contexts_read.append([*(message.content for message in each), self.decode(prefix)])
        assert sampling.stop_strings[-1] == "\n"
        lines = [next(self._lines) for _ in conversations]
        return [self._completion(line) for line in lines]

    def _completion(self, line: str) -> Completion:
        if line.endswith("\n"):
            whole = encode_completion(self._policy, line, is_ended=False)
            return replace(whole, text=line[:-1], stop=StopReason.STOP_STRING)
        return encode_completion(self._policy, line)
