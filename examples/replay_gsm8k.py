"""Replays the published attempts of four systems on GSM8K in ``GSM8K-v0``.

``python examples/replay_gsm8k.py FOLDER``, where FOLDER holds ``test.jsonl`` and
``example_model_solutions.jsonl`` of https://github.com/openai/grade-school-math.
FOLDER defaults to ``gsm8k`` in the folder that ``RETHINK_DATA_DIR`` names.
"""

import json
import os
import sys
from pathlib import Path

import gymnasium as gym

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks import GSM8K


def main(folder: Path) -> None:
    """Play all attempts, with one sub-environment per system, and print the accuracies."""
    with (folder / "example_model_solutions.jsonl").open(encoding="utf-8") as file:
        rows = {row["question"]: row for row in map(json.loads, file)}
    systems = [name for name, value in next(iter(rows.values())).items() if isinstance(value, dict)]

    env = gym.make_vec("GSM8K-v0", num_envs=len(systems), data=folder, split="test")
    num_problems = GSM8K(folder).size("test")
    num_correct = dict.fromkeys(systems, 0)
    num_agreed = dict.fromkeys(systems, 0)
    for index in range(num_problems):
        prompts, _ = env.reset(options={"problem": index})
        row = rows[prompts[0].removesuffix(f"\n{ANSWER_FORMAT}")]
        _, rewards, _, _, _ = env.step([row[system]["solution"] for system in systems])
        for system, reward in zip(systems, rewards, strict=True):
            num_correct[system] += int(reward)
            num_agreed[system] += bool(reward) == row[system]["is_correct"]

    print(f"{num_problems} problems of the test split")
    print(f"{'system':<20} {'accuracy':>9} {'agrees with the published labels':>34}")
    for system in systems:
        accuracy, agreed = num_correct[system] / num_problems, num_agreed[system] / num_problems
        print(f"{system:<20} {accuracy:>9.1%} {agreed:>34.1%}")


if __name__ == "__main__":
    if len(sys.argv) > 2 or (len(sys.argv) < 2 and "RETHINK_DATA_DIR" not in os.environ):
        sys.exit(__doc__)
    main(Path(sys.argv[1]) if len(sys.argv) == 2 else Path(os.environ["RETHINK_DATA_DIR"], "gsm8k"))
