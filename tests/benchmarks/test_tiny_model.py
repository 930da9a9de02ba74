"""The bundled tiny model: its weights, its tokenizer, and the script that trains it."""

import json
from collections import Counter
from importlib import resources
from pathlib import Path
from random import Random

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.envs.tasks.arithmetic import Arithmetic
from rethink_gym.evaluation.evaluate import evaluate
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math.verifier import MathVerifier
from tiny_model.corpus import draw_document
from tiny_model.tokenizer import make_tokenizer
from tiny_model.train import TrainConfig, encode, train

WEIGHTS = resources.files("rethink_gym") / "agents" / "tiny" / "weights"


@pytest.mark.slow
def test_the_base_behaves_as_published_base_models_do() -> None:
    policy = LanguageModel.from_pretrained("tiny")
    greedy = SamplingConfig(max_new_tokens=96, temperature=0.0)
    metrics = evaluate(policy, "MathSelfCorrect-v0", problems=1000, sampling=greedy).metrics
    assert 0.40 <= metrics.accuracies[0] <= 0.70
    assert metrics.delta <= 0.0
    assert metrics.changed <= 0.05


def test_the_bundled_model_has_at_most_500_000_parameters() -> None:
    model = LanguageModel.from_pretrained("tiny").model
    assert model.config.model_type == "llama"
    assert model.num_parameters() <= 500_000
    num_bytes = sum(len(file.read_bytes()) for file in WEIGHTS.iterdir() if file.is_file())
    assert num_bytes <= 3 * 2**20


def test_the_bundled_tokenizer_is_that_of_the_script() -> None:
    bundled = LanguageModel.from_pretrained("tiny").tokenizer
    made = make_tokenizer()
    assert bundled.is_fast
    assert bundled.get_vocab() == made.get_vocab()
    assert bundled.chat_template == made.chat_template


def test_the_log_of_the_training_run_is_beside_the_weights() -> None:
    record = json.loads((WEIGHTS / "training_log.json").read_text())
    assert TrainConfig(**record["config"]) == TrainConfig()
    assert record["log"][-1]["step"] == TrainConfig().num_steps
    assert record["log"][-1]["minutes"] <= 60


@pytest.mark.parametrize(
    "text", ["Héllo ∑ 12+3\n\tA: 5", "日本語 -7=\x00\u200b", "<|end|>", "A: A: "]
)
def test_the_tokenizer_encodes_any_text(text: str) -> None:
    tokenizer = make_tokenizer()
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_digits_signs_and_fixed_phrases_are_one_token_each() -> None:
    tokenizer = make_tokenizer()
    assert len(tokenizer("12+34=46")["input_ids"]) == 8
    assert len(tokenizer(CORRECTION)["input_ids"]) == 1


def test_the_padding_token_is_not_the_end_token() -> None:
    tokenizer = make_tokenizer()
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_the_corpus_is_noisy_and_its_second_turn_no_better_than_its_first() -> None:
    task, random = Arithmetic(), Random(0)
    documents = [draw_document(task, index, random) for index in range(3000)]
    two_turns = [document for document in documents if len(document.messages) == 4]
    assert 0.5 < len(two_turns) / len(documents) < 0.7
    verifier = MathVerifier()
    kinds: Counter[str] = Counter()
    for document in two_turns:
        prompt, first, correction, second = document.messages
        assert correction == CORRECTION
        kinds["repeats it"] += first == second
        kinds["works it out"] += "=" in second
        kinds["trained first"] += document.loss_mask[0]
        gold = str(eval_chain(prompt))
        is_correct = verifier.verify(first, Problem("p", prompt, gold)).correct
        assert is_correct is document.loss_mask[0]
    assert kinds["repeats it"] > len(two_turns) / 2
    assert 0.1 < kinds["works it out"] / len(two_turns) < 0.3
    assert 0.4 < kinds["trained first"] / len(two_turns) < 0.6


def eval_chain(prompt: str) -> int:
    """Add up the chain of a prompt, independently of how the task does it."""
    chain = prompt.split()[1].rstrip(".")
    return sum(map(int, chain.replace("-", "+-").split("+")))


def test_only_messages_in_the_loss_mask_have_labels() -> None:
    tokenizer = make_tokenizer()
    task, random = Arithmetic(), Random(0)
    documents = [draw_document(task, index, random) for index in range(50)]
    for document, (token_ids, labels) in zip(documents, encode(documents, tokenizer), strict=True):
        trained = [t for t, label in zip(token_ids, labels, strict=True) if label != -100]
        wanted = "".join(
            f"{message}<|end|>"
            for message, is_trained in zip(document.messages[1::2], document.loss_mask, strict=True)
            if is_trained
        )
        assert tokenizer.decode(trained) == wanted
        assert all(label in (-100, t) for t, label in zip(token_ids, labels, strict=True))


def test_the_script_trains_and_saves_a_model_that_loads(tmp_path: Path) -> None:
    train(TrainConfig(num_steps=60, num_warmup_steps=5, batch_size=8), tmp_path)
    losses = [
        entry["loss"] for entry in json.loads((tmp_path / "training_log.json").read_text())["log"]
    ]
    assert losses
    AutoTokenizer.from_pretrained(tmp_path)
    AutoModelForCausalLM.from_pretrained(tmp_path)
