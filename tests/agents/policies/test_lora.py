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
    found: torch.Tensor = model(input_ids=TOKEN_IDS).logits
    return found


@torch.no_grad()
def train(model: PreTrainedModel) -> None:
    """Do to the weights what training would do."""
    for weight in model.parameters():
        if weight.requires_grad:
            weight.add_(0.05 * torch.randn_like(weight))


class TestWithPeft:
    @pytest.fixture(autouse=True)
    def _peft(self) -> None:
        pytest.importorskip("peft", reason="the extra lora is not installed")

    def test_a_fresh_adapter_changes_nothing_and_is_all_that_is_trained(
        self, model: PreTrainedModel
    ) -> None:
        before = logits(model)
        add_lora(model, LoraConfig(rank=4))
        assert torch.equal(logits(model), before)
        trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
        assert trained == {name for name, _ in model.named_parameters() if is_adapter(name)}
        assert trained

    def test_equal_seeds_give_equal_adapters_and_draw_nothing_from_elsewhere(self) -> None:
        state = torch.get_rng_state()
        made = []
        for seed in (0, 0, 1):
            policy = LanguageModel.from_pretrained("tiny", lora=LoraConfig(rank=2, seed=seed))
            made.append(torch.cat([w.flatten() for w in policy.trainable_state_dict().values()]))
        assert torch.equal(made[0], made[1])
        assert not torch.equal(made[0], made[2])
        assert torch.equal(torch.get_rng_state(), state)

    def test_a_frozen_copy_shares_the_weights_beneath_and_has_an_own_adapter(
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
        places = {weight.data_ptr() for weight in model.parameters()}
        for name, weight in reference.model.named_parameters():
            assert (weight.data_ptr() in places) is not is_adapter(name)

    def test_the_weights_of_a_reference_are_given_back(self, model: PreTrainedModel) -> None:
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
    def test_what_was_saved_is_loaded_again_by_us_and_by_peft(
        self, model: PreTrainedModel, tmp_path: Path
    ) -> None:
        beneath = logits(model)
        add_lora(model, LoraConfig(rank=4, alpha=4.0))
        train(model)
        LanguageModel(model, TOKENIZER).save_pretrained(tmp_path)
        loaded = LanguageModel.from_pretrained(tmp_path)
        assert torch.equal(logits(loaded.model), logits(model))
        trained = {name for name, weight in loaded.model.named_parameters() if weight.requires_grad}
        assert trained == set(loaded.trainable_state_dict())
        base = AutoModelForCausalLM.from_pretrained(tmp_path)
        assert torch.equal(logits(base), beneath)
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
        said = policy.tokenize((*QUESTION[0], completion.message))
        with torch.no_grad():
            log_probs = model(input_ids=torch.tensor([said.token_ids])).logits[0].log_softmax(-1)
        places = [place for place, turn in enumerate(said.turn_ids) if turn == 0]
        expected = [log_probs[place - 1, said.token_ids[place]].item() for place in places]
        assert completion.log_probs == pytest.approx(expected, abs=1e-5)

    def test_a_second_adapter_is_refused(self, model: PreTrainedModel) -> None:
        add_lora(model, LoraConfig())
        with pytest.raises(ModelError, match="model must have no adapter yet"):
            add_lora(model, LoraConfig())

    def test_layers_that_are_not_there_are_refused(self, model: PreTrainedModel) -> None:
        with pytest.raises(ModelError, match="adapter cannot be added"):
            add_lora(model, LoraConfig(target_modules=("nonsense",)))


def test_without_peft_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "peft", None)
    with pytest.raises(MissingExtraError, match=r'pip install "rethink-gym\[lora\]"'):
        add_lora(make_llama(20), LoraConfig())


def test_weights_of_another_model_are_refused() -> None:
    policy = LanguageModel(make_llama(len(TOKENIZER)), TOKENIZER)
    with pytest.raises(ModelError, match="weights must be those of the same model"):
        policy.load_trainable_state_dict({"nonsense": torch.zeros(1)})


@pytest.mark.parametrize("change", [{"rank": 0}, {"alpha": 0.0}, {"seed": -1}])
def test_shapes_that_make_no_sense_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        replace(LoraConfig(), **change)  # type: ignore[arg-type]
