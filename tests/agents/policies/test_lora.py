"""LoRA adapters: added, trained, copied, saved and loaded."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.models import make_gpt2, make_llama, make_tokenizer
from transformers import AutoModelForCausalLM, PreTrainedModel

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.lora import LoraConfig, add_lora, is_adapter
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Message, Role
from rethink_gym.errors import ArgumentError, MissingExtraError, ModelError

TOKENIZER = make_tokenizer()
TOKEN_IDS = torch.tensor([[4, 80, 200, 31, 7]])
QUESTION = [(Message(Role.USER, "Compute 12 + 30"),)]


@pytest.fixture(params=[make_llama, make_gpt2])
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    made: PreTrainedModel = request.param(len(TOKENIZER))
    return made


@torch.no_grad()
def logits(model: PreTrainedModel) -> torch.Tensor:
    output: torch.Tensor = model(input_ids=TOKEN_IDS).logits
    return output


@torch.no_grad()
def train(model: PreTrainedModel) -> None:
    """Change the trainable weights, as training does."""
    for weight in model.parameters():
        if weight.requires_grad:
            weight.add_(0.05 * torch.randn_like(weight))


class TestWithPeft:
    @pytest.fixture(autouse=True)
    def _peft(self) -> None:
        pytest.importorskip("peft", reason="the extra lora is not installed")

    def test_a_new_adapter_changes_nothing_and_only_it_is_trained(
        self, model: PreTrainedModel
    ) -> None:
        before = logits(model)
        add_lora(model, LoraConfig(rank=4))
        assert torch.equal(logits(model), before)
        trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
        assert trained == {name for name, _ in model.named_parameters() if is_adapter(name)}
        assert trained

    def test_equal_seeds_give_equal_adapters_and_no_other_generator_is_used(self) -> None:
        state = torch.get_rng_state()
        made = []
        for seed in (0, 0, 1):
            policy = LanguageModel.from_pretrained("tiny", lora=LoraConfig(rank=2, seed=seed))
            made.append(torch.cat([w.flatten() for w in policy.trainable_state_dict().values()]))
        assert torch.equal(made[0], made[1])
        assert not torch.equal(made[0], made[2])
        assert torch.equal(torch.get_rng_state(), state)

    def test_a_frozen_copy_shares_the_base_weights_and_has_its_own_adapter(
        self, model: PreTrainedModel
    ) -> None:
        add_lora(model, LoraConfig(rank=4))
        policy = LanguageModel(model, TOKENIZER)
        train(model)
        then = logits(model)
        reference = policy.frozen_copy()
        assert torch.equal(logits(reference.model), then), "KL 0 at the start"
        train(model)
        assert not torch.equal(logits(model), then)
        assert torch.equal(logits(reference.model), then)
        addresses = {weight.data_ptr() for weight in model.parameters()}
        for name, weight in reference.model.named_parameters():
            assert (weight.data_ptr() in addresses) is not is_adapter(name)

    def test_the_weights_of_a_reference_are_restored(self, model: PreTrainedModel) -> None:
        add_lora(model, LoraConfig(rank=4))
        policy = LanguageModel(model, TOKENIZER)
        train(model)
        kept = {name: weight.clone() for name, weight in policy.trainable_state_dict().items()}
        assert all(is_adapter(name) for name in kept)
        then = logits(model)
        train(model)
        policy.load_trainable_state_dict(kept)
        assert torch.equal(logits(model), then)

    @pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft 0.21
    def test_a_saved_adapter_is_loaded_by_us_and_by_peft(
        self, model: PreTrainedModel, tmp_path: Path
    ) -> None:
        base_logits = logits(model)
        add_lora(model, LoraConfig(rank=4, alpha=4.0))
        train(model)
        LanguageModel(model, TOKENIZER).save_pretrained(tmp_path)
        loaded = LanguageModel.from_pretrained(tmp_path)
        assert torch.equal(logits(loaded.model), logits(model))
        trained = {name for name, weight in loaded.model.named_parameters() if weight.requires_grad}
        assert trained == set(loaded.trainable_state_dict())
        base = AutoModelForCausalLM.from_pretrained(tmp_path)
        assert torch.equal(logits(base), base_logits)
        theirs = pytest.importorskip("peft").PeftModel.from_pretrained(
            base, str(tmp_path / "adapter")
        )
        torch.testing.assert_close(logits(theirs.eval()), logits(model))

    def test_a_model_with_adapter_acts_with_it(self, model: PreTrainedModel) -> None:
        sampling = SamplingConfig(max_new_tokens=8)
        add_lora(model, LoraConfig(rank=4))
        policy = LanguageModel(model, TOKENIZER, sampling, seed=0)
        train(model)
        (completion,) = policy.act(QUESTION)
        tokenized = policy.tokenize((*QUESTION[0], completion.message))
        with torch.no_grad():
            log_probs = (
                model(input_ids=torch.tensor([tokenized.token_ids])).logits[0].log_softmax(-1)
            )
        columns = [column for column, turn in enumerate(tokenized.turn_ids) if turn == 0]
        expected = [log_probs[column - 1, tokenized.token_ids[column]].item() for column in columns]
        assert completion.log_probs == pytest.approx(expected, abs=1e-5)

    def test_a_second_adapter_is_refused(self, model: PreTrainedModel) -> None:
        add_lora(model, LoraConfig())
        with pytest.raises(ModelError, match="model must not have an adapter yet"):
            add_lora(model, LoraConfig())

    def test_missing_layers_are_refused(self, model: PreTrainedModel) -> None:
        with pytest.raises(ModelError, match="adapter cannot be added"):
            add_lora(model, LoraConfig(target_modules=("nonsense",)))


def test_without_peft_the_error_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "peft", None)
    with pytest.raises(MissingExtraError, match=r'pip install "rethink-gym\[lora\]"'):
        add_lora(make_llama(20), LoraConfig())


def test_weights_of_another_model_are_refused() -> None:
    policy = LanguageModel(make_llama(len(TOKENIZER)), TOKENIZER)
    with pytest.raises(ModelError, match="weights must be those of the same model"):
        policy.load_trainable_state_dict({"nonsense": torch.zeros(1)})


@pytest.mark.parametrize("change", [{"rank": 0}, {"alpha": 0.0}, {"seed": -1}])
def test_invalid_shapes_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        replace(LoraConfig(), **change)  # type: ignore[arg-type]
