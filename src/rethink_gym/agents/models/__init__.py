"""Networks beside the policy: critic and outcome reward model."""
