"""The corpus, tokenizer and training script of the bundled tiny model."""
