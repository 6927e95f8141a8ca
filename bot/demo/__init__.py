"""The bot in a local Slack workspace: the sample academy, its people at work, and time that one can move."""

from bot.demo.keeping import CannotGoOn
from bot.demo.run import Demo, demo, demonstration, play
from bot.demo.world import BEGINS_AT, ENDS_AT, OPENS_AT

__all__ = ["BEGINS_AT", "ENDS_AT", "OPENS_AT", "CannotGoOn", "Demo", "demo", "demonstration", "play"]
