"""Discord's JSON for users, guilds, channels and the application."""

from typing import Any

from tests.fake_discord.world import Channel, Guild, User, World, moment

Json = dict[str, Any]

BEGINNING = "2020-01-01T00:00:00+00:00"

#: what a guild has as `null` until someone sets it
UNSET_IN_GUILDS = (
    *("icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id"),
    *("afk_channel_id", "system_channel_id", "widget_channel_id", "max_presences", "vanity_url_code"),
    *("rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id", "incidents_data"),
)


def user_json(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.name,
        "global_name": None if user.bot else user.name.title(),
        "discriminator": "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "bot": user.bot,
    }


def own_user_json(user: User) -> Json:
    """The bot's own account, as the bot sees it."""
    return {**user_json(user), "mfa_enabled": True, "locale": user.locale, "verified": True, "email": None}


def member_json(user: User) -> Json:
    return {
        "user": user_json(user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": user.roles,
        "joined_at": BEGINNING,
        "premium_since": None,
        "communication_disabled_until": None,
        "flags": 0,
        "pending": False,
        "mute": False,
        "deaf": False,
    }


def channel_json(channel: Channel) -> Json:
    last = list(channel.messages)[-1] if channel.messages else None
    made: Json = {"id": channel.id, "type": int(channel.kind), "flags": 0, "last_message_id": last}
    if channel.guild is None:
        return {**made, "recipients": [user_json(user) for user in channel.recipients]}
    return {
        **made,
        "guild_id": channel.guild.id,
        "name": channel.name,
        "position": channel.guild.channels.index(channel),
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": [],
    }


def guild_json(guild: Guild) -> Json:
    return {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner.id,
        "preferred_locale": guild.locale,
        "roles": [_everyone(guild)],
        "features": [],
        "emojis": [],
        "stickers": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 0,
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        **dict.fromkeys(UNSET_IN_GUILDS),
    }


def guild_create_json(guild: Guild, bot: User) -> Json:
    """The guild as the gateway brings it: with its channels and with the bot as a member."""
    return {
        **guild_json(guild),
        "channels": [channel_json(channel) for channel in guild.channels],
        "members": [member_json(bot)],
        "member_count": len(guild.members) + 1,
        "joined_at": BEGINNING,
        "large": False,
        "unavailable": False,
        **{key: [] for key in ("threads", "presences", "voice_states", "stage_instances")},
        **{key: [] for key in ("guild_scheduled_events", "soundboard_sounds")},
    }


def application_json(world: World) -> Json:
    return {
        "id": world.application_id,
        "name": "Cutdown",
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_json(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(world.owner),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "event_webhooks_status": 1,
        "integration_types_config": {"0": {}, "1": {}},
    }


def attachment_json(*, id: str, filename: str, size: int, url: str, content_type: str) -> Json:  # noqa: A002
    return {
        "id": id,
        "filename": filename,
        "size": size,
        "url": url,
        "proxy_url": url,
        "content_type": content_type,
    }


def message_json(world: World, channel: Channel, author: User) -> Json:
    """An empty message."""
    return {
        "id": world.snowflakes.next(),
        "channel_id": channel.id,
        "type": 0,
        "author": user_json(author),
        "content": "",
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "attachments": [],
        "embeds": [],
        "components": [],
        "timestamp": moment(),
        "edited_timestamp": None,
        "flags": 0,
        "pinned": False,
        "tts": False,
    }


def _everyone(guild: Guild) -> Json:
    return {
        "id": guild.id,
        "name": "@everyone",
        "permissions": "0",
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
