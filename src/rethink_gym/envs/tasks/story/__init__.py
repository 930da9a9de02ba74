"""Stories for word problems: templates by topic, and how a story is drawn from them."""

from rethink_gym.envs.tasks.story.story import MAX_STEPS, Story, draw_people, draw_story
from rethink_gym.envs.tasks.story.template import Template

__all__ = ["MAX_STEPS", "Story", "Template", "draw_people", "draw_story"]
