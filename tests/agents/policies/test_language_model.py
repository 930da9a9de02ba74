"""The language model as a policy: tokens, log-probabilities, limits and settings."""

import pickle
from collections.abc import Callable

import pytest
import torch
from tests.models import make_gpt2, make_llama, make_qwen2, make_tokenizer
from torch import nn
from transformers import GenerationConfig, PreTrainedModel

from rethink_gym.agents.policies import LanguageModel, SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.errors import (
    ArgumentError,
    PromptTooLongError,
)

TOKENIZER = make_tokenizer()
SHORT = SamplingConfig(max_new_tokens=12)
GREEDY = SamplingConfig(max_new_tokens=12, temperature=0)
QUESTIONS: list[Conversation] = [
    (Message(Role.USER, "Compute 12 + 30"),),
    (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "What is the answer?")),
    (Message(Role.USER, "Correct it."),),
]
AGAIN = Message(Role.USER, "There might be an error.")


def make_policy(
    make: Callable[..., PreTrainedModel] = make_qwen2,
    sampling: SamplingConfig = SHORT,
    seed: int = 0,
) -> LanguageModel:
    return LanguageModel(make(len(TOKENIZER)), TOKENIZER, sampling, seed=seed)


def next_turn(
    conversations: list[Conversation], completions: list[Completion]
) -> list[Conversation]:
    return [
        (*conversation, completion.message, AGAIN)
        for conversation, completion in zip(conversations, completions, strict=True)
    ]


@pytest.mark.parametrize("make", [make_qwen2, make_llama, make_gpt2])
def test_log_probabilities_over_two_turns_are_those_a_learner_computes(
    make: Callable[..., PreTrainedModel],
) -> None:
    policy = make_policy(make)
    conversations, turns = QUESTIONS, []
    for _ in range(2):
        completions = policy.act(conversations)
        turns.append(completions)
        conversations = next_turn(conversations, completions)
    for row, conversation in enumerate(conversations):
        tokenized = policy.tokenize(conversation)
        with torch.no_grad():
            logits = policy.model(torch.tensor([tokenized.token_ids])).logits[0]
        log_probs = logits.log_softmax(-1)
        for turn, completions in enumerate(turns):
            columns = [column for column, of in enumerate(tokenized.turn_ids) if of == turn]
            assert tuple(tokenized.token_ids[column] for column in columns) == (
                completions[row].token_ids
            )
            expected = [log_probs[c - 1, tokenized.token_ids[c]].item() for c in columns]
            assert completions[row].log_probs == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("make", [make_qwen2, make_llama, make_gpt2])
def test_a_message_continued_from_its_prefix_equals_the_whole_message(
    make: Callable[..., PreTrainedModel],
) -> None:
    policy = make_policy(make, GREEDY)
    whole = policy.act(QUESTIONS)
    prefixes = [message.token_ids[:number] for number, message in enumerate(whole)]
    for _ in range(2):  # the second time from the cache
        rest = policy.complete(QUESTIONS, prefixes)
        for prefix, completion, message in zip(prefixes, rest, whole, strict=True):
            expected = message.token_ids[len(prefix) :]
            assert completion.token_ids[: len(expected)] == expected
            assert completion.log_probs[: len(expected)] == pytest.approx(
                message.log_probs[len(prefix) :], abs=1e-4
            )


def test_every_message_needs_its_prefix() -> None:
    with pytest.raises(ArgumentError, match="prefixes must be of length 3, got 1"):
        make_policy().complete(QUESTIONS, [()])


def test_equal_seeds_generate_the_same() -> None:
    runs = [make_policy(seed=seed).act(QUESTIONS) for seed in (4, 4, 5)]
    assert runs[0] == runs[1] != runs[2]
    policy = make_policy(seed=5)
    policy.seed(4)
    assert policy.act(QUESTIONS) == runs[0]


def test_the_state_of_the_generator_resumes_the_sampling() -> None:
    policy = make_policy()
    state = policy.generator.get_state()
    first = policy.act(QUESTIONS)
    policy.generator.set_state(state)
    assert policy.act(QUESTIONS) == first


def test_the_model_keeps_its_mode_and_dropout_is_off_while_it_acts() -> None:
    policy = make_policy(make_gpt2, GREEDY)
    without_dropout = policy.act(QUESTIONS)
    policy.model.train()
    frozen_part = policy.model.get_submodule("transformer.h.0")
    nn.Module.eval(frozen_part)
    policy.forget()
    assert policy.act(QUESTIONS) == without_dropout
    assert policy.model.training
    assert not frozen_part.training


def test_the_generation_config_of_a_model_does_not_change_the_samples() -> None:
    policy = make_policy()
    with_config = make_qwen2(len(TOKENIZER))
    with_config.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=True, top_k=1, top_p=0.01, temperature=0.01, repetition_penalty=9.0
    )
    same = LanguageModel(with_config, TOKENIZER, SHORT, seed=0)
    assert same.act(QUESTIONS) == policy.act(QUESTIONS)


def test_end_tokens_of_the_generation_config_end_messages() -> None:
    first = make_policy(sampling=GREEDY).act(QUESTIONS)[0].token_ids
    model = make_qwen2(len(TOKENIZER))
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        eos_token_id=[first[2], 5]
    )
    policy = LanguageModel(model, TOKENIZER, GREEDY)
    assert policy.end_ids == {first[2], 5, TOKENIZER.eos_token_id}
    completion = policy.act(QUESTIONS)[0]
    assert completion.token_ids == first[: first.index(first[2]) + 1]
    assert completion.stop is StopReason.END


def test_a_stop_string_ends_the_message_and_is_cut_from_its_text() -> None:
    (free,) = make_policy(sampling=GREEDY).act(QUESTIONS[:1])
    stop = free.text[4:6]
    policy = make_policy()
    sampling = SamplingConfig(max_new_tokens=12, temperature=0, stop_strings=("never", stop))
    (cut,) = policy.act(QUESTIONS[:1], sampling)
    assert cut.stop is StopReason.STOP_STRING
    assert cut.text == free.text[: free.text.index(stop)]
    assert cut.token_ids == free.token_ids[: len(cut.token_ids)]
    assert len(cut.token_ids) < len(free.token_ids)
    tokenized = policy.tokenize((*QUESTIONS[0], cut.message, AGAIN))
    assert tokenized.turn_ids.count(0) == len(cut.token_ids)


def test_a_truncated_message_is_ended_by_the_environment_and_continued() -> None:
    policy = make_policy(sampling=SamplingConfig(max_new_tokens=3))
    (cut,) = policy.act(QUESTIONS[:1])
    assert (len(cut.token_ids), cut.stop) == (3, StopReason.LENGTH)
    before = policy.num_prefilled
    (conversation,) = next_turn(QUESTIONS[:1], [cut])
    (more,) = policy.act([conversation])
    prompt = policy.tokenize(conversation)
    assert prompt.token_ids[before + 3] == TOKENIZER.eos_token_id
    assert prompt.turn_ids[before : before + 4] == (0, 0, 0, -1)
    assert policy.num_prefilled == len(prompt.token_ids) - 2
    with torch.no_grad():
        logits = policy.model(torch.tensor([prompt.token_ids + more.token_ids])).logits[0]
    log_probs = logits.log_softmax(-1)[len(prompt.token_ids) - 1 : -1]
    expected = log_probs[range(len(more.token_ids)), list(more.token_ids)].tolist()
    assert more.log_probs == pytest.approx(expected, abs=1e-5)


def test_a_next_turn_computes_only_new_tokens() -> None:
    policy = make_policy()
    conversations = next_turn(QUESTIONS, policy.act(QUESTIONS))
    first = policy.num_prefilled
    assert first == sum(len(policy.tokenize(c).token_ids) for c in QUESTIONS)
    policy.act(conversations)
    num_all = sum(len(policy.tokenize(c).token_ids) for c in conversations)
    num_known = first + sum(len(c[-2].token_ids or ()) - 1 for c in conversations)
    assert policy.num_prefilled - first == num_all - num_known


def test_training_between_two_turns_is_noticed() -> None:
    policy = make_policy(sampling=GREEDY)
    conversations = next_turn(QUESTIONS, policy.act(QUESTIONS))
    optimizer = torch.optim.SGD(policy.model.parameters(), lr=0.5)
    policy.model(torch.tensor([[5, 6, 7]])).logits.square().mean().backward()
    optimizer.step()
    if_cached = policy.act(conversations)
    policy.forget()
    assert policy.act(conversations) == if_cached


def test_a_frozen_copy_stays_as_it_was() -> None:
    policy = make_policy(sampling=GREEDY)
    policy.model.train()
    policy.model(torch.tensor([[5, 6, 7]])).logits.square().mean().backward()
    gradients = [parameter.grad for parameter in policy.model.parameters()]
    reference = policy.frozen_copy()
    before = policy.act(QUESTIONS)
    torch.optim.SGD(policy.model.parameters(), lr=0.5).step()
    policy.forget()
    assert reference.act(QUESTIONS) == before != policy.act(QUESTIONS)
    assert not reference.model.training
    assert not any(parameter.requires_grad for parameter in reference.model.parameters())
    assert all(parameter.grad is None for parameter in reference.model.parameters())
    assert [parameter.grad for parameter in policy.model.parameters()] == gradients
    assert policy.model.training


def test_no_conversation_gives_no_completion() -> None:
    assert make_policy().act([]) == []


@pytest.mark.parametrize(
    ("num_free_tokens", "stop"),
    [(1, StopReason.CONTEXT), (2, StopReason.CONTEXT), (3, StopReason.LENGTH)],
)
def test_a_message_ends_with_the_context_if_that_is_shorter_than_the_limit(
    num_free_tokens: int, stop: StopReason
) -> None:
    policy = make_policy(sampling=SamplingConfig(max_new_tokens=3))
    policy.max_length = len(policy.tokenize(QUESTIONS[0]).token_ids) + num_free_tokens
    (completion,) = policy.act(QUESTIONS[:1])
    assert len(completion.token_ids) == num_free_tokens
    assert completion.stop is stop


def full_conversation(policy: LanguageModel) -> Conversation:
    """Return a second turn that leaves no free token in the context."""
    assert policy.max_length is not None
    answer = Message(Role.ASSISTANT, "a", (5,) * policy.max_length)
    return (QUESTIONS[0][0], Message(Role.ASSISTANT, policy.decode(answer.token_ids or ())), AGAIN)


@pytest.mark.parametrize("index", [0, 1, 3])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_full_conversation_is_cut_off_and_the_others_are_answered_as_without_it(
    index: int, temperature: float
) -> None:
    sampling = SamplingConfig(max_new_tokens=12, temperature=temperature)
    with_full, without = make_policy(sampling=sampling), make_policy(sampling=sampling)
    conversations = [*QUESTIONS[:index], full_conversation(with_full), *QUESTIONS[index:]]
    completions = with_full.act(conversations)
    assert completions.pop(index) == Completion("", (), (), StopReason.CONTEXT)
    assert completions == without.act(QUESTIONS)
    assert torch.equal(with_full.generator.get_state(), without.generator.get_state())
    # The next turn too, from the prefix cache.
    longer = next_turn(QUESTIONS, completions)
    assert with_full.act([conversations[index], *longer])[1:] == without.act(longer)


def test_full_conversations_alone_draw_no_random_numbers() -> None:
    policy = make_policy()
    state = policy.generator.get_state()
    (completion,) = policy.act([full_conversation(policy)])
    assert completion.stop is StopReason.CONTEXT
    assert torch.equal(policy.generator.get_state(), state)


def test_a_prefix_that_fills_the_context_leaves_nothing_to_complete() -> None:
    policy = make_policy()
    policy.max_length = len(policy.tokenize(QUESTIONS[0]).token_ids) + 2
    cut, free = policy.complete([QUESTIONS[0]] * 2, [(5, 6), (5,)])
    assert cut == Completion("", (), (), StopReason.CONTEXT)
    assert (len(free.token_ids), free.stop) == (1, StopReason.CONTEXT)


def test_a_first_prompt_beyond_the_context_is_refused_with_its_index() -> None:
    policy = make_policy()
    too_long: Conversation = (
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.USER, "a" * 2000),
    )
    with pytest.raises(PromptTooLongError, match="context of 256 tokens") as caught:
        policy.act([QUESTIONS[0], full_conversation(policy), too_long])
    assert caught.value.index == 2
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), str(copied), copied.index) == (
        PromptTooLongError,
        str(caught.value),
        2,
    )


def test_a_policy_knows_whether_its_sampling_settings_were_given() -> None:
    model = make_llama(len(TOKENIZER))
    default = LanguageModel(model, TOKENIZER)
    assert default.sampling == SamplingConfig()
    assert not default.has_own_sampling
    assert not default.frozen_copy().has_own_sampling
    given = LanguageModel(model, TOKENIZER, SamplingConfig())
    assert given.has_own_sampling
    assigned = LanguageModel(model, TOKENIZER)
    assigned.sampling = SHORT
    assert assigned.has_own_sampling
    assert assigned.frozen_copy().sampling == SHORT
    assert assigned.frozen_copy().has_own_sampling
    assert not LanguageModel.from_pretrained("tiny").has_own_sampling
    assert LanguageModel.from_pretrained("tiny", sampling=SHORT).has_own_sampling


@pytest.mark.parametrize(
    ("conversation", "message"),
    [
        ((), "conversation must be one or more messages"),
        ((Message(Role.ASSISTANT, "42"),), "ending with a message to answer.*Append"),
        ((Message(Role.USER, "a" * 2000),), "context of 256 tokens, got '.* tokens'.*Shorten"),
    ],
)
def test_a_conversation_that_cannot_be_answered_is_refused(
    conversation: Conversation, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_policy().act([conversation])


@pytest.mark.parametrize("seed", [-1, 0.5, True])
def test_a_seed_is_a_whole_number(seed: int) -> None:
    with pytest.raises(ArgumentError, match="seed must be a whole number"):
        make_policy().seed(seed)


def test_max_rows_is_a_positive_number() -> None:
    with pytest.raises(ArgumentError, match="max_rows must be a whole number of at least 1"):
        LanguageModel(make_llama(len(TOKENIZER)), TOKENIZER, max_rows=0)
