"""Names that other libraries use for the settings of a learner, and the names used here."""

from collections.abc import Collection

__all__ = ["FIELD_NAMES", "describe_other_name"]

_GROUP_SIZE = ("samples_per_problem",)
_MAX_TOKENS = ("max_new_tokens",)
_CLIP_RANGE = ("clip_eps_low", "clip_eps_high")
_KL_COEFFICIENT = ("beta", "beta1")
_EPOCHS = ("num_epochs",)
_BATCH = ("problems_per_update", "batch_size")

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    # Sampling
    "group_size": _GROUP_SIZE,
    "n_samples_per_prompt": _GROUP_SIZE,
    "num_generations": _GROUP_SIZE,
    "num_return_sequences": _GROUP_SIZE,
    "rloo_k": _GROUP_SIZE,
    "rollouts_per_example": _GROUP_SIZE,
    "max_completion_length": _MAX_TOKENS,
    "max_response_length": _MAX_TOKENS,
    "max_tokens": _MAX_TOKENS,
    "response_length": _MAX_TOKENS,
    # Size of an update
    "n_steps": ("problems_per_update",),
    "rollout_batch_size": ("problems_per_update",),
    "train_batch_size": _BATCH,
    "per_device_train_batch_size": ("batch_size", "problems_per_update"),
    "batch_size": ("problems_per_update",),
    "mini_batch_size": ("num_minibatches", "batch_size"),
    "minibatch_size": ("num_minibatches", "batch_size"),
    "num_mini_batches": ("num_minibatches",),
    "epochs": _EPOCHS,
    "n_epochs": _EPOCHS,
    "num_iterations": _EPOCHS,
    "num_ppo_epochs": _EPOCHS,
    "num_train_epochs": _EPOCHS,
    "ppo_epochs": _EPOCHS,
    # Optimizer
    "lr": ("learning_rate",),
    "actor_learning_rate": ("learning_rate",),
    "lr_scheduler_type": ("learning_rate_schedule",),
    "adam_eps": ("adam_epsilon",),
    "max_norm": ("max_grad_norm",),
    # Loss
    "clip_eps": _CLIP_RANGE,
    "clip_range": _CLIP_RANGE,
    "clip_ratio": _CLIP_RANGE,
    "cliprange": _CLIP_RANGE,
    "epsilon": _CLIP_RANGE,
    "clip_ratio_low": ("clip_eps_low",),
    "epsilon_low": ("clip_eps_low",),
    "clip_ratio_high": ("clip_eps_high",),
    "epsilon_high": ("clip_eps_high",),
    "clip_range_vf": ("value_clip",),
    "cliprange_value": ("value_clip",),
    "beta": ("beta1",),
    "init_kl_coef": _KL_COEFFICIENT,
    "kl_coef": _KL_COEFFICIENT,
    "kl_loss_coef": _KL_COEFFICIENT,
    "ent_coef": ("entropy_coef",),
    "entropy_coeff": ("entropy_coef",),
    "value_coef": ("vf_coef",),
    "value_loss_coef": ("vf_coef",),
    "loss_type": ("loss_aggregation",),
    # Advantages
    "discount": ("gamma", "turn_gamma"),
    "discount_factor": ("gamma", "turn_gamma"),
    "gamma": ("turn_gamma",),
    "lam": ("gae_lambda",),
    "advantage_estimator": ("baseline",),
    "scale_rewards": ("scale_group",),
    "early_stopping_patience": ("patience",),
}
"""Other name → names of the fields that correspond to it. A learner may have only some of them."""

_OTHER_QUANTITIES = {
    "mini_batch_size": "num_minibatches is a number of minibatches, not a size.",
    "minibatch_size": "num_minibatches is a number of minibatches, not a size.",
    "n_steps": "problems_per_update is a number of problems, not of steps.",
}


def describe_other_name(name: str, fields: Collection[str]) -> str | None:
    """Explain which field of a config corresponds to a name from another library.

    Args:
        name: Name that is not a field of the config.
        fields: Names of the fields of the config.

    Returns:
        One or two sentences, such as ``"learning option num_generations is called
        samples_per_problem here."``; None if no field corresponds to the name.
    """
    ours = [field for field in FIELD_NAMES.get(name, ()) if field in fields]
    if not ours:
        return None
    # All names of a pair are needed for a clip range; of the others, the first one is meant.
    shown = " and ".join(ours if FIELD_NAMES[name] == _CLIP_RANGE else ours[:1])
    sentence = f"learning option {name} is called {shown} here."
    note = _OTHER_QUANTITIES.get(name, "")
    return f"{sentence} {note}" if note.startswith(shown) else sentence
