"""Language models are loaded and saved in the layout of transformers, with clear errors."""

from pathlib import Path

import pytest
from huggingface_hub import constants
from tests.models import make_qwen2, make_tokenizer

from rethink_gym.agents.policies import LanguageModel, SamplingConfig
from rethink_gym.conversation import Message, Role
from rethink_gym.errors import ArgumentError, HubUnavailableError, ModelError

TOKENIZER = make_tokenizer()
GREEDY = SamplingConfig(max_new_tokens=12, temperature=0)
QUESTIONS = [(Message(Role.USER, "Compute 12 + 30"),), (Message(Role.USER, "Correct it."),)]


def make_policy() -> LanguageModel:
    return LanguageModel(make_qwen2(len(TOKENIZER)), TOKENIZER, GREEDY, seed=0)


def test_a_saved_policy_is_loaded_from_its_folder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    policy = make_policy()
    policy.save_pretrained(tmp_path / "model")
    for folder in (tmp_path / "model", str(tmp_path / "model")):
        loaded = LanguageModel.from_pretrained(folder, sampling=GREEDY)
        assert loaded.act(QUESTIONS) == policy.act(QUESTIONS)
        assert not loaded.model.training
        assert loaded.end_ids == policy.end_ids
    assert "".join(capfd.readouterr()) == "", "no progress bars for local files"


def test_a_model_is_loaded_to_the_device(tmp_path: Path) -> None:
    make_policy().save_pretrained(tmp_path)
    # The only other device of every machine; its tensors have shapes and no numbers.
    policy = LanguageModel.from_pretrained(tmp_path, device="meta")
    assert {weight.device.type for weight in policy.model.parameters()} == {"meta"}
    with pytest.raises(ArgumentError, match=r"device must be one .* torch says"):
        LanguageModel.from_pretrained(tmp_path, device="toaster")


def test_the_error_for_a_folder_names_the_missing_file(tmp_path: Path) -> None:
    empty, no_tokenizer, no_weights = (
        tmp_path / name for name in ("empty", "no_tokenizer", "no_weights")
    )
    empty.mkdir()
    make_qwen2(len(TOKENIZER)).save_pretrained(no_tokenizer)
    make_policy().save_pretrained(no_weights)
    (no_weights / "model.safetensors").unlink()
    for folder, missing in (
        (empty, r"must hold config.json.*model.save_pretrained"),
        (no_tokenizer, r"must hold a tokenizer.*tokenizer.save_pretrained"),
        (no_weights, r"one that transformers refuses"),
        (tmp_path / "missing", r"existing folder, a hub name or 'tiny'.*check the path"),
    ):
        with pytest.raises(ModelError, match=missing):
            LanguageModel.from_pretrained(folder)


@pytest.mark.parametrize("name", ["./no/such", "/no/such", "a/b/c", "~/no/such"])
def test_a_missing_path_is_not_looked_up_on_the_hub(name: str) -> None:
    with pytest.raises(ModelError, match="No such folder"):
        LanguageModel.from_pretrained(name)


def test_a_hub_name_offline_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnavailableError, match=r"cannot be reached.*hf download no/such"):
        LanguageModel.from_pretrained("no/such")
