"""What a person sees who plays step by step."""

from typer.testing import CliRunner

from rethink_gym.cli.app import app


def test_a_step_shows_its_reward_and_no_verdict_and_the_answer_does() -> None:
    said = "50+50=100\n\nA: 100000\n\n"
    result = CliRunner().invoke(app, ["play", "MathSteps-v0", "--seed", "3"], input=said)
    assert result.exit_code == 0, result.output
    first, _, rest = result.output.partition("Next step. Steps left: 15.")
    assert "reward 0.03125" in first
    assert "correct" not in first
    assert "incorrect  read as 100000  reward -0.03125" in rest
    assert "1 played, total reward 0." in rest
