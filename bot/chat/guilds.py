"""What the people who manage a Discord server have set for it."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

import discord

from bot.chat.client import Interaction
from bot.chat.refusals import Refused
from processing.quality import QUALITIES
from processing.strategies import STRATEGIES
from storage.notes import Notes

#: What is made where nobody has chosen anything.
STRATEGY, QUALITY = "center_crop", "high"


@dataclass(frozen=True, kw_only=True)
class GuildSettings:
    """Defaults of a short, the channel where finished ones are shown, the role that may make them, and how
    many hours their links live.

    Empty: nothing is set.
    """

    strategy: str = ""
    quality: str = ""
    channel_id: str = ""
    role_id: str = ""
    link_hours: int = 0

    @property
    def link_lifetime(self) -> timedelta | None:
        """How long links live; None where the operator's rule is the only one."""
        return timedelta(hours=self.link_hours) if self.link_hours else None

    def may_export(self, user: discord.User | discord.Member) -> bool:
        """Whether that member has the role, where one is asked for, or manages the server."""
        if not self.role_id:
            return True
        if not isinstance(user, discord.Member):
            return False
        permissions = user.resolved_permissions
        manages = permissions is not None and permissions.manage_guild
        # these came with the command; get_role() asks what is known of the server, which may be nothing yet
        return manages or user._roles.has(int(self.role_id))


async def load(notes: Notes, guild_id: int | None) -> GuildSettings:
    """What is set for a server; outside of one, nothing is."""
    written = await notes.get(_name(guild_id)) if guild_id is not None else None
    settings = GuildSettings(**json.loads(written)) if written else GuildSettings()
    return replace(
        settings,
        # what was chosen once may have been taken out of the program since
        strategy=settings.strategy if settings.strategy in STRATEGIES else "",
        quality=settings.quality if settings.quality in QUALITIES else "",
        # @everyone has the server's own number, and is in nobody's list of roles
        role_id=settings.role_id if settings.role_id != str(guild_id) else "",
    )


async def save(notes: Notes, guild_id: int, settings: GuildSettings) -> None:
    """Set it."""
    await notes.put(_name(guild_id), json.dumps(asdict(settings)))


async def settings_here(interaction: Interaction) -> GuildSettings:
    """What is set where the user is, who may make shorts there.

    Raises:
        Refused: they may not.
    """
    settings = await load(interaction.client.services.notes, interaction.guild_id)
    if not settings.may_export(interaction.user):
        raise Refused("no_role", role=f"<@&{settings.role_id}>")
    return settings


def _name(guild_id: int) -> str:
    return f"discord.guild.{guild_id}"
