"""The choices that commands offer, from the tables of what there is."""

from discord.app_commands import Choice, locale_str

from processing.quality import QUALITIES
from processing.strategies import STRATEGIES

STRATEGY_CHOICES = [Choice(name=locale_str(one.summary), value=one.name) for one in STRATEGIES.values()]
QUALITY_CHOICES = [Choice(name=locale_str(one.summary), value=one.name) for one in QUALITIES.values()]
