"""Solutions said step by step, each step under a label: one step is one message."""

from collections.abc import Sequence
from dataclasses import replace

from rethink_gym.agents.demonstration import completion_of
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.step_label import cut_steps
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.episode import Episode, Turn

__all__ = ["label_episode", "say_steps"]


def label_episode(
    policy: LanguageModel, episode: Episode, labels: Sequence[Sequence[str]]
) -> Episode:
    """Cut the turns of an episode into steps, each a turn that answers its label.

    Args:
        policy: Whose tokens the steps get.
        episode: What was played.
        labels: For each turn one label per step, as `cut_steps` cuts them.

    Returns:
        An episode with one turn per step. A step that another one follows ends with a
        blank; every step ends with the end token, but for one that was cut off.
    """
    turns: list[Turn] = []
    for turn, own in zip(episode.turns, labels, strict=True):
        steps = cut_steps(turn.completion.text)
        for number, (step, label) in enumerate(zip(steps, own, strict=True)):
            is_last = number == len(steps) - 1
            is_ended = not is_last or turn.completion.stop is not StopReason.LENGTH
            turns.append(
                Turn(
                    observation=_labelled(turn.observation, label) if number == 0 else label,
                    completion=completion_of(policy, step, is_ended=is_ended),
                    reward=turn.reward if is_last else 0.0,
                    terminated=is_last and turn.terminated,
                    truncated=is_last and turn.truncated,
                    verdict=turn.verdict if is_last else None,
                )
            )
    return replace(episode, turns=tuple(turns))


def say_steps(
    policy: LanguageModel,
    conversations: Sequence[Conversation],
    label: str,
    sampling: SamplingConfig,
    *,
    max_steps: int,
) -> list[Completion]:
    """Say the next message of each conversation step by step, the label before each step.

    Args:
        policy: Says the steps.
        conversations: What was said so far, without labels.
        label: The label that is forced.
        sampling: How steps are drawn; a message that has reached its limit of tokens
            gets no further step.
        max_steps: Most steps of a message.

    Returns:
        One completion per conversation, without the labels; its tokens are those of
        all steps.
    """
    inner = [_with_labels(policy, conversation, label) for conversation in conversations]
    said: list[list[Completion]] = [[] for _ in conversations]
    active = list(range(len(conversations)))
    for _ in range(max_steps):
        if not active:
            break
        steps = policy.act([inner[place] for place in active], sampling)
        for place, step in zip(active, steps, strict=True):
            said[place].append(step)
            inner[place] = (*inner[place], step.message, Message(Role.USER, label))
        active = [place for place in active if _goes_on(said[place], sampling)]
    return [_joined(steps, is_cut_off=_is_open(steps[-1])) for steps in said]


def _labelled(text: str, label: str) -> str:
    return f"{text}\n{label}"


def _with_labels(policy: LanguageModel, conversation: Conversation, label: str) -> Conversation:
    """Write the label before every step that was said, and before the next one."""
    messages: list[Message] = []
    for message in conversation:
        if message.role is Role.USER:
            messages.append(replace(message, content=_labelled(message.content, label)))
        elif message.role is Role.ASSISTANT:
            steps = _steps_of(policy, message)
            for number, step in enumerate(steps):
                messages += [Message(Role.USER, label)] * (number > 0) + [step]
        else:
            messages.append(message)
    return tuple(messages)


def _steps_of(policy: LanguageModel, message: Message) -> list[Message]:
    """Return the steps of a message, in the tokens they were said in if it has any."""
    if not message.token_ids:
        return [completion_of(policy, step).message for step in cut_steps(message.content)]
    ends = [place + 1 for place, token in enumerate(message.token_ids) if token in policy.end_ids]
    ends = ends if ends and ends[-1] == len(message.token_ids) else [*ends, len(message.token_ids)]
    pieces = [
        message.token_ids[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)
    ]
    return [Message(Role.ASSISTANT, policy.decode(piece), piece) for piece in pieces]


def _goes_on(steps: Sequence[Completion], sampling: SamplingConfig) -> bool:
    """Whether another step follows, and there is room for it."""
    return _is_open(steps[-1]) and sum(len(s.token_ids) for s in steps) < sampling.max_new_tokens


def _is_open(step: Completion) -> bool:
    """Whether a step says that the solution goes on: it ended itself, and with a blank."""
    return step.stop is StopReason.END and step.text != step.text.rstrip()


def _joined(steps: Sequence[Completion], *, is_cut_off: bool) -> Completion:
    token_ids = tuple(token for step in steps for token in step.token_ids)
    log_probs = tuple(number for step in steps for number in step.log_probs)
    stop = StopReason.LENGTH if is_cut_off else steps[-1].stop
    return Completion("".join(step.text for step in steps), token_ids, log_probs, stop)
