"""Stories for word problems: templates by field, and how one is told."""

from rethink_gym.envs.tasks.story.telling import MOST_STEPS, Story, draw_people, tell_story
from rethink_gym.envs.tasks.story.template import Template

__all__ = ["MOST_STEPS", "Story", "Template", "draw_people", "tell_story"]
