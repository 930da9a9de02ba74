from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from tests.models import make_gpt2, make_llama, make_qwen2, make_tokenizer
from torch import nn
from transformers import GenerationConfig, PreTrainedModel

from rethink_gym.agents.policies import LanguageModel, SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.errors import ArgumentError, HubUnavailableError, ModelError

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


def go_on(conversations: list[Conversation], completions: list[Completion]) -> list[Conversation]:
    return [
        (*conversation, completion.message, AGAIN)
        for conversation, completion in zip(conversations, completions, strict=True)
    ]


@pytest.mark.parametrize("make", [make_qwen2, make_llama, make_gpt2])
def test_log_probabilities_over_two_turns_are_those_a_learner_computes(
    make: Callable[..., PreTrainedModel],
) -> None:
    policy = make_policy(make)
    conversations, said = QUESTIONS, []
    for _ in range(2):
        completions = policy.act(conversations)
        said.append(completions)
        conversations = go_on(conversations, completions)
    for row, conversation in enumerate(conversations):
        tokenized = policy.tokenize(conversation)
        with torch.no_grad():
            logits = policy.model(torch.tensor([tokenized.token_ids])).logits[0]
        log_probs = logits.log_softmax(-1)
        for turn, completions in enumerate(said):
            places = [place for place, of in enumerate(tokenized.turn_ids) if of == turn]
            assert tuple(tokenized.token_ids[place] for place in places) == (
                completions[row].token_ids
            )
            learned = [log_probs[p - 1, tokenized.token_ids[p]].item() for p in places]
            assert completions[row].log_probs == pytest.approx(learned, abs=1e-5)


@pytest.mark.parametrize("make", [make_qwen2, make_llama, make_gpt2])
def test_a_message_that_has_begun_goes_on_as_if_it_had_been_said_at_once(
    make: Callable[..., PreTrainedModel],
) -> None:
    policy = make_policy(make, GREEDY)
    whole = policy.act(QUESTIONS)
    openings = [message.token_ids[:number] for number, message in enumerate(whole)]
    for _ in range(2):  # the second time from the cache
        rest = policy.complete(QUESTIONS, openings)
        for opening, said, message in zip(openings, rest, whole, strict=True):
            behind = message.token_ids[len(opening) :]
            assert said.token_ids[: len(behind)] == behind
            assert said.log_probs[: len(behind)] == pytest.approx(
                message.log_probs[len(opening) :], abs=1e-4
            )


def test_every_message_has_its_opening() -> None:
    with pytest.raises(ArgumentError, match="openings must be of length 3, got 1"):
        make_policy().complete(QUESTIONS, [()])


def test_equal_seeds_say_the_same() -> None:
    runs = [make_policy(seed=seed).act(QUESTIONS) for seed in (4, 4, 5)]
    assert runs[0] == runs[1] != runs[2]
    policy = make_policy(seed=5)
    policy.seed(4)
    assert policy.act(QUESTIONS) == runs[0]


def test_the_state_of_the_generator_resumes_the_draws() -> None:
    policy = make_policy()
    state = policy.generator.get_state()
    first = policy.act(QUESTIONS)
    policy.generator.set_state(state)
    assert policy.act(QUESTIONS) == first


def test_the_model_keeps_its_mode_and_dropout_is_off_while_it_acts() -> None:
    policy = make_policy(make_gpt2, GREEDY)
    calm = policy.act(QUESTIONS)
    policy.model.train()
    frozen_part = policy.model.get_submodule("transformer.h.0")
    nn.Module.eval(frozen_part)
    policy.forget()
    assert policy.act(QUESTIONS) == calm
    assert policy.model.training
    assert not frozen_part.training


def test_settings_shipped_with_a_model_do_not_shape_what_is_drawn() -> None:
    policy = make_policy()
    shipped = make_qwen2(len(TOKENIZER))
    shipped.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=True, top_k=1, top_p=0.01, temperature=0.01, repetition_penalty=9.0
    )
    same = LanguageModel(shipped, TOKENIZER, SHORT, seed=0)
    assert same.act(QUESTIONS) == policy.act(QUESTIONS)


def test_end_tokens_shipped_with_a_model_end_messages() -> None:
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


def test_a_message_cut_by_its_length_is_ended_by_the_environment_and_continued() -> None:
    policy = make_policy(sampling=SamplingConfig(max_new_tokens=3))
    (cut,) = policy.act(QUESTIONS[:1])
    assert (len(cut.token_ids), cut.stop) == (3, StopReason.LENGTH)
    before = policy.num_prefilled
    (conversation,) = go_on(QUESTIONS[:1], [cut])
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


def test_a_next_turn_computes_only_what_is_new() -> None:
    policy = make_policy()
    conversations = go_on(QUESTIONS, policy.act(QUESTIONS))
    first = policy.num_prefilled
    assert first == sum(len(policy.tokenize(c).token_ids) for c in QUESTIONS)
    policy.act(conversations)
    num_all = sum(len(policy.tokenize(c).token_ids) for c in conversations)
    num_known = first + sum(len(c[-2].token_ids or ()) - 1 for c in conversations)
    assert policy.num_prefilled - first == num_all - num_known


def test_training_between_two_turns_is_noticed() -> None:
    policy = make_policy(sampling=GREEDY)
    conversations = go_on(QUESTIONS, policy.act(QUESTIONS))
    optimizer = torch.optim.SGD(policy.model.parameters(), lr=0.5)
    policy.model(torch.tensor([[5, 6, 7]])).logits.square().mean().backward()
    optimizer.step()
    stale_if_kept = policy.act(conversations)
    policy.forget()
    assert policy.act(conversations) == stale_if_kept


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


def test_a_saved_policy_comes_back_from_its_folder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    policy = make_policy(sampling=GREEDY)
    policy.save_pretrained(tmp_path / "model")
    for place in (tmp_path / "model", str(tmp_path / "model")):
        loaded = LanguageModel.from_pretrained(place, sampling=GREEDY)
        assert loaded.act(QUESTIONS) == policy.act(QUESTIONS)
        assert not loaded.model.training
        assert loaded.end_ids == policy.end_ids
    assert "".join(capfd.readouterr()) == "", "no progress bars for files that are here"


def test_a_model_goes_where_it_is_told_to(tmp_path: Path) -> None:
    make_policy().save_pretrained(tmp_path)
    # The one device beside the CPU that is everywhere; it holds shapes and no numbers.
    policy = LanguageModel.from_pretrained(tmp_path, device="meta")
    assert {weight.device.type for weight in policy.model.parameters()} == {"meta"}
    with pytest.raises(ArgumentError, match=r"device must be one .* torch says"):
        LanguageModel.from_pretrained(tmp_path, device="toaster")


def test_no_conversation_gives_no_completion() -> None:
    assert make_policy().act([]) == []


def test_a_message_ends_with_the_context() -> None:
    policy = make_policy()
    policy.max_length = len(policy.tokenize(QUESTIONS[0]).token_ids) + 2
    (completion,) = policy.act(QUESTIONS[:1])
    assert len(completion.token_ids) == 2
    assert completion.stop is StopReason.LENGTH


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


def test_rows_side_by_side_are_a_positive_number() -> None:
    with pytest.raises(ArgumentError, match="max_rows must be a whole number of at least 1"):
        LanguageModel(make_llama(len(TOKENIZER)), TOKENIZER, max_rows=0)


def test_a_folder_that_is_no_model_says_what_it_lacks(tmp_path: Path) -> None:
    empty, bare, hollow = (tmp_path / name for name in ("empty", "bare", "hollow"))
    empty.mkdir()
    make_qwen2(len(TOKENIZER)).save_pretrained(bare)
    make_policy().save_pretrained(hollow)
    (hollow / "model.safetensors").unlink()
    for folder, lack in (
        (empty, r"must hold config.json.*model.save_pretrained"),
        (bare, r"must hold a tokenizer.*tokenizer.save_pretrained"),
        (hollow, r"one that transformers refuses"),
        (tmp_path / "missing", r"existing folder, a hub name or 'tiny'.*check the path"),
    ):
        with pytest.raises(ModelError, match=lack):
            LanguageModel.from_pretrained(folder)


@pytest.mark.parametrize("name", ["./no/such", "/no/such", "a/b/c", "~/no/such"])
def test_a_path_that_does_not_exist_is_not_looked_for_on_the_hub(name: str) -> None:
    with pytest.raises(ModelError, match="No such folder"):
        LanguageModel.from_pretrained(name)


def test_a_hub_name_offline_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnavailableError, match=r"cannot be reached.*hf download no/such"):
        LanguageModel.from_pretrained("no/such")
