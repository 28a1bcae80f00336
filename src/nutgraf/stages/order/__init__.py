"""Ordering the news: which stories of a day come first."""

from nutgraf.stages.order.stories import Story, group_stories, order_stories

__all__ = ["Story", "group_stories", "order_stories"]
