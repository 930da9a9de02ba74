"""Reasoning and multi-turn self-correction as true Gymnasium environments."""

from rethink_gym.envs.registry import register_envs

__all__: list[str] = []

register_envs()
