"""The settings tree, read from a TOML file and `CUTDOWN_…` variables of the environment."""

import os
import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot import environment
from bot.client_config import USER_ID, ClientSettings, hash_token
from bot.section import Section
from bot.web_addresses import Origin, Proxy, StartOfLinks
from processing.detection import Detector
from processing.hardware import ENCODERS, SOFTWARE
from processing.staying import Policy

__all__ = ["USER_ID", "ClientSettings", "ConfigInvalid", "Settings", "hash_token", "load"]


class ConfigInvalid(Exception):
    """The settings cannot be used; the message names each fault and never a value."""


def _encoder(name: str) -> str:
    if name not in ENCODERS:
        raise ValueError(f"must be one of {', '.join(ENCODERS)}")
    return name


Encoder = Annotated[str, AfterValidator(_encoder)]


def _whole(path: Path) -> Path:
    return path.expanduser().absolute()


#: A place on this machine, whatever folder the program is started in; `~` is the home of its user.
Place = Annotated[Path, AfterValidator(_whole)]


#: The name of a site, which stands for its sub-domains, too.
Host = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")]


class ServiceSettings(Section):
    """Where the service listens and keeps its things."""

    host: str = Field("127.0.0.1", description="address the HTTP face listens on")
    port: int = Field(8080, ge=0, le=65535, description="its port; 0 takes a free one")
    public_url: StartOfLinks = Field(
        "", description="how links begin, such as https://shorts.example.org; empty: http://host:port"
    )
    allowed_origins: list[Origin] = Field(
        [], description="web origins whose pages may call the HTTP face, such as https://app.example.org"
    )
    connections: int = Field(
        10_000, ge=16, description="connections open at once; one address may hold half of them"
    )
    data_dir: Place = Field(
        Path("data"), validate_default=True, description="folder of the database and the files"
    )
    log_format: Literal["text", "json"] = Field("text", description="text for people, json for machines")
    drain_s: float = Field(8, ge=0, description="seconds that running renders are given at shutdown")
    record_days: int = Field(
        90, ge=0, description="days that ended exports are remembered, with their news; 0: for ever"
    )
    backups: int = Field(7, ge=0, description="daily copies of the database to keep; 0: none are made")


class LimitSettings(Section):
    """What a user may ask for."""

    exports_per_day: int = Field(10, ge=1, description="exports per user and UTC day")
    failed_per_day: int = Field(30, ge=1, description="failed or cancelled exports per user and UTC day")
    scene_s: float = Field(180, gt=0, description="longest short, in seconds")
    link_hours: float = Field(24, gt=0, description="hours that a link and its file live")
    renewal_by_link: bool = Field(False, description="whoever holds a link may renew it on its page")
    upload_mb: int = Field(4096, ge=1, description="largest source file, in MB")
    error_characters: int = Field(500, ge=80, description="longest error message that is kept")


class IngestSettings(Section):
    """How videos come in and what is found in them."""

    detect_scenes: bool = Field(True, description="find the scenes of each video that comes in by address")
    detector: Detector = Field(
        Detector.FULL,
        description="how closely a video is watched for its scenes: full, or fast (key frames)",
    )
    scene_shortest_s: float = Field(15, gt=0, description="shortest scene that is found, in seconds")
    scene_target_s: float = Field(40, gt=0, description="best length of a scene, in seconds")
    scene_longest_s: float = Field(180, gt=0, description="longest scene that is found, in seconds")
    fetches: int = Field(
        4, ge=1, description="videos that are fetched at once; half of them may be one user's"
    )
    fetch_timeout_s: float = Field(3600, gt=0, description="longest fetch of a video, in seconds")
    allowed_networks: list[IPv4Network | IPv6Network] = Field(
        [], description="private networks that videos may be fetched from all the same, such as 10.0.0.0/8"
    )
    folders: list[Place] = Field([], description="folders whose files may be taken in as folder:path/in/it")
    ytdlp_hosts: list[Host] = Field(
        [], description="sites whose pages yt-dlp fetches from, such as videos.example.org; empty: none"
    )
    storage_gb: float = Field(50, gt=0, description="room for the videos of one user, in GB")
    keep_days: float = Field(0, ge=0, description="days that a video is kept; 0: until its owner removes it")
    remote: Policy = Field(
        Policy.ON_REQUEST,
        description="videos stay at servers that can send parts of them: never, on_request, always",
    )
    remote_read_mb: int = Field(
        1024, ge=1, description="most that one piece of work reads of a video at its server, in MB"
    )
    remote_cache_mb: int = Field(
        2048, ge=0, description="room for what was read of such videos, of all users together, in MB"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.scene_shortest_s <= self.scene_target_s <= self.scene_longest_s:
            raise ValueError("scene_shortest_s, scene_target_s and scene_longest_s must be in that order")
        return self


class RenderSettings(Section):
    """How shorts are made."""

    pool_size: int = Field(0, ge=0, description="renders at once; 0: one per core")
    threads: int = Field(1, ge=0, description="encoder threads of one render; 0: ffmpeg decides")
    timeout_s: float = Field(600, gt=0, description="longest render, in seconds")
    encoder: Encoder = Field(
        SOFTWARE, description=f"{', '.join(ENCODERS)}; auto: the first of a graphics card that works here"
    )
    ffmpeg: str = Field("", description="path of ffmpeg; empty: from PATH, then from the installed package")
    ffprobe: str = Field("", description="path of ffprobe; empty: as for ffmpeg")


class DiscordSettings(Section):
    """The Discord face. Without a token it stays away."""

    token: SecretStr = Field(SecretStr(""), description="the bot's token; empty: no Discord face")
    proxy: Proxy = Field(
        "", description="HTTP proxy for connections to Discord, such as http://127.0.0.1:3128"
    )
    silence_s: float = Field(
        60, gt=0, description="seconds without a word from Discord after which it is connected to anew"
    )


class WebhookSettings(Section):
    """Outgoing webhooks."""

    timeout_s: float = Field(15, gt=0, description="longest attempt, in seconds")
    allowed_networks: list[IPv4Network | IPv6Network] = Field(
        [], description="private networks that webhooks may go to all the same, such as 10.0.0.0/8"
    )


class Settings(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix=environment.PREFIX,
        env_nested_delimiter=environment.DELIMITER,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    service: ServiceSettings = Field(default_factory=ServiceSettings)
    limits: LimitSettings = LimitSettings()
    ingest: IngestSettings = IngestSettings()
    render: RenderSettings = RenderSettings()
    discord: DiscordSettings = DiscordSettings()
    webhooks: WebhookSettings = WebhookSettings()
    clients: list[ClientSettings] = []

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands above what the file says."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _clients_differ(self) -> Self:
        names = [client.name for client in self.clients]
        if len(set(names)) != len(names):
            raise ValueError("two clients have the same name")
        return self


def load(path: Path | None) -> Settings:
    """The settings of that file, with what the environment sets over it.

    Raises:
        ConfigInvalid: the file is missing or not TOML, or a setting is unknown or wrong.
    """
    if faults := list(environment.faults(os.environ, Settings)):
        raise ConfigInvalid("; ".join(faults))
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path else {}
    except OSError as error:
        raise ConfigInvalid(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigInvalid(f"{path} is not valid TOML: {error}") from None
    try:
        return Settings(**written)
    except ValidationError as error:
        wrong = (f"{_place(fault['loc'])}: {_said(fault['type'], fault['msg'])}" for fault in error.errors())
        raise ConfigInvalid("; ".join(wrong)) from None


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "settings"


def _said(kind: str, message: str) -> str:
    return "there is no such setting" if kind == "extra_forbidden" else message.removeprefix("Value error, ")
