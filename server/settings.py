"""Every setting, typed and read once: one TOML file, and the environment above it.

The file is `TONGFA_CONFIG`, or `tongfa.toml` where the server is started. Every key can also be given as
`TONGFA_KEY`, a nested one as `TONGFA_WORKER__SLOTS`; plain `DATABASE_URL` and `REDIS_URL` work too.
"""

import os
import re
import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from channels.item import Column, Site
from server.column_settings import USUAL_COLUMNS, ColumnSettings, Name, placed
from server.file_errors import reason_of
from server.review.keeping import KEPT
from server.store.people import Role
from server.subscribe.push_key import read_push_key
from server.subscribe.push_message import encode_point, pack
from server.takedown_settings import TakedownSettings
from server.theme import ThemeRead, read_theme, themed

_MEBIBYTE: Final = 1024 * 1024
_PASSWORD: Final = re.compile(r"(?<=://)([^/@]*?):[^/@]*(?=@)|(?<=[?&])(password)=[^&]*")
_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_FORBID: Final = ConfigDict(extra="forbid", frozen=True)


_THIS_MACHINE: Final = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
"""Where rehearsal platforms stand; no platform further inside is called unless an operator lists it."""


class BadSettings(ValueError):
    """What is wrong with the settings, a Chinese sentence each, naming the key and never a secret."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        """Take at least one complaint."""
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class SiteSettings(BaseModel):
    """The website as a whole. `domain` and `since` stand in tag: URIs: set them once and never again."""

    model_config = _FORBID
    name: Name = "鄂托克旗人民政府"
    domain: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")] = "www.etuokeqi.example"
    since: Annotated[int, Field(ge=1990, le=2100)] = 2026
    id_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")] = "1506240000"
    record_number: Annotated[str, Field(max_length=60)] = "蒙ICP备00000000号"
    organiser: Name = "鄂托克旗人民政府办公室"
    columns: Annotated[tuple[ColumnSettings, ...], Field(min_length=1, max_length=100)] = USUAL_COLUMNS

    @field_validator("columns")
    @classmethod
    def _in_their_places(cls, columns: tuple[ColumnSettings, ...]) -> tuple[ColumnSettings, ...]:
        return placed(columns)


class BoundsSettings(BaseModel):
    """What a request may weigh, in bytes."""

    model_config = _FORBID
    body_bytes: Annotated[int, Field(ge=1024, le=64 * _MEBIBYTE)] = 2 * _MEBIBYTE
    attachment_bytes: Annotated[int, Field(ge=1024, le=2048 * _MEBIBYTE)] = 50 * _MEBIBYTE
    picture_bytes: Annotated[int, Field(ge=1024, le=200 * _MEBIBYTE)] = 20 * _MEBIBYTE


class WorkerSettings(BaseModel):
    """How many deliveries are under way at once, how long one may take, and how often a worker looks.

    `finish_seconds` is what deliveries under way have to end once the process is told to stop.
    """

    model_config = _FORBID
    slots: Annotated[int, Field(ge=1, le=256)] = 8
    lease_seconds: Annotated[float, Field(ge=5, le=3600)] = 60.0
    poll_seconds: Annotated[float, Field(ge=0.05, le=60)] = 1.0
    finish_seconds: Annotated[float, Field(ge=0, le=600)] = 20.0


_ORIGIN: Final = r"^(https://(\*\.)?[0-9a-z-]+(\.[0-9a-z-]+)+(:\d{1,5})?|http://127\.0\.0\.1:\d{1,5})$"
_PushService = Annotated[str, Field(pattern=_ORIGIN, max_length=200)]


class SubscribeSettings(BaseModel):
    """How readers are told of what is new. `internal`: networks of one's own in which subscribers may sit.

    `push_services`: origins of push services beside those of the great browsers' makers; one on this machine
    may go without TLS, and must stand in `internal`.
    """

    model_config = _FORBID
    hub: bool = True
    push_key_file: Path | None = None
    push_contact: Annotated[str, Field(pattern=r"^$|^mailto:[^\s@]+@[^\s@]+$|^https://", max_length=200)] = ""
    push_services: Annotated[tuple[_PushService, ...], Field(max_length=20)] = ()
    internal: Annotated[tuple[IPv4Network | IPv6Network, ...], Field(max_length=50)] = ()


class PracticeSettings(BaseModel):
    """演练: where the rehearsal platforms stand, and whether `tongfa serve` starts them."""

    model_config = _FORBID
    platforms: bool = False
    host: Annotated[str, Field(pattern=r"^[0-9A-Za-z.:_-]{1,253}$")] = "127.0.0.1"
    wechat_port: Annotated[int, Field(ge=1, le=65535)] = 8091
    weibo_port: Annotated[int, Field(ge=1, le=65535)] = 8092

    @model_validator(mode="after")
    def _two_ports(self) -> Self:
        if self.wechat_port == self.weibo_port:
            raise ValueError("演练微信和演练微博不能共用一个端口")
        return self


class WatchSettings(BaseModel):
    """Where reminders go beside the console; what is empty is not used."""

    model_config = _FORBID
    webhook: Annotated[str, Field(repr=False, max_length=500)] = ""
    backup_days: Annotated[int, Field(ge=0, le=400)] = 3  # an older last backup is told of; 0: never
    webhook_internal: bool = False  # allow an address of the office's own network
    mail_host: Annotated[str, Field(max_length=253)] = ""
    mail_port: Annotated[int, Field(ge=1, le=65535)] = 465
    mail_user: Annotated[str, Field(max_length=200)] = ""
    mail_password: Annotated[str, Field(repr=False, max_length=200)] = ""
    mail_from: Annotated[str, Field(max_length=200)] = ""
    mail_to: Annotated[tuple[str, ...], Field(max_length=20)] = ()


class LogSettings(BaseModel):
    """`console` for a person, `json` for a collector."""

    model_config = _FORBID
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


def _also_plain(name: str) -> AliasChoices:
    """Take `TONGFA_NAME` before `NAME`, as hosting platforms set the latter; and `name` in the file."""
    return AliasChoices(f"TONGFA_{name.upper()}", name.upper(), name)


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="TONGFA_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
    )

    var: Path = Path("var")
    database_url: Annotated[
        str,
        Field(repr=False, validation_alias=_also_plain("database_url")),
    ] = ""
    redis_url: Annotated[
        str | None,
        Field(repr=False, validation_alias=_also_plain("redis_url")),
    ] = None
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = ""
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], Field(max_length=50)] = ()
    platform_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], Field(max_length=50)] = _THIS_MACHINE
    totp_required_roles: Annotated[tuple[Role, ...], Field(max_length=5)] = ()
    site: SiteSettings = SiteSettings()
    theme_file: Path | None = None
    assessment_file: Path | None = None
    bounds: BoundsSettings = BoundsSettings()
    keep_unused_days: Annotated[int, Field(ge=KEPT.days, le=3650)] = 30  # unsaved texts may have such files
    worker: WorkerSettings = WorkerSettings()
    http_seconds: Annotated[float, Field(ge=1, le=300)] = 15.0
    secret_key_file: Path = Path()
    log: LogSettings = LogSettings()
    takedown: TakedownSettings = TakedownSettings()
    watch: WatchSettings = WatchSettings()
    subscribe: SubscribeSettings = SubscribeSettings()
    practice: PracticeSettings = PracticeSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the library passes it by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, file."""
        path = _config_path()
        file = () if path is None else (TomlConfigSettingsSource(settings_cls, path),)
        return (init_settings, env_settings, *file)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url:
            return url
        scheme, colon, rest = url.partition("://")
        driver = _DRIVERS.get(scheme, scheme)
        if not colon or driver not in _DRIVERS.values():
            raise ValueError("只支持 sqlite:/// 和 postgresql:// 地址")
        return f"{driver}://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, url: str | None) -> str | None:
        if url is not None and _split(url).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("只支持 redis://、rediss:// 和 unix:// 地址")
        return url

    @field_validator("public_url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        if not url:
            return url
        parts = _split(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("应是以 http:// 或 https:// 开头的网址，不带参数")
        return url.rstrip("/")

    _theme: ThemeRead | None = PrivateAttr(default=None)
    _push_key: EllipticCurvePrivateKey | None = PrivateAttr(default=None)

    @property
    def theme(self) -> ThemeRead | None:
        """Give the theme file with what lies beside it, None without one."""
        return self._theme

    @property
    def push_key(self) -> EllipticCurvePrivateKey | None:
        """Give the key of Web Push, None when readers' browsers are not told."""
        return self._push_key

    @model_validator(mode="after")
    def _read_files(self) -> Self:
        """Read what lies beside the settings once, with them: nothing waits for the disk later."""
        if self.subscribe.push_key_file is not None:
            self._push_key = read_push_key(self.subscribe.push_key_file)
        if self.theme_file is not None:
            self._theme = read_theme(self.theme_file)
        return self

    @model_validator(mode="after")
    def _fill_what_follows(self) -> Self:
        """Derive what was not given from what was."""
        derived = {
            "database_url": f"sqlite+aiosqlite:///{(self.var / 'tongfa.db').absolute()}",
            "public_url": f"http://127.0.0.1:{self.port}",
            "secret_key_file": self.var / "secret.key",
        }
        for name, value in derived.items():
            if getattr(self, name) in ("", Path()):
                object.__setattr__(self, name, value)  # frozen for everybody else
        return self


def load_settings(**given: Any) -> Settings:
    """Read and check the settings; `given` goes before everything. Raises BadSettings."""
    path = _config_path()
    if path is not None and not path.is_file():  # pydantic-settings passes over a file that is not there
        raise BadSettings((f"配置文件 {path} 不存在",))
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(tuple(_complaint(detail) for detail in error.errors())) from None
    except SettingsError as error:
        raise BadSettings((f"环境变量的值读不懂：{error}",)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings((f"配置文件 {path} 不是正确的 TOML:{error}",)) from None
    except OSError as error:
        raise BadSettings((f"配置文件 {path} 读不了：{reason_of(error)}",)) from None


def site_of(settings: Settings) -> Site:
    """Give the site as the channels see it."""
    site = settings.site
    plain = Site(
        name=site.name,
        url=settings.public_url,
        domain=site.domain,
        since=site.since,
        id_code=site.id_code,
        record_number=site.record_number,
        organiser=site.organiser,
        columns=tuple(Column(**column.model_dump()) for column in site.columns),
        has_hub=settings.subscribe.hub,
        push_key="" if settings.push_key is None else pack(encode_point(settings.push_key.public_key())),
    )
    return plain if settings.theme is None else themed(plain, settings.theme)


def masked(settings: Settings) -> dict[str, Any]:
    """Give what is in force with passwords in addresses replaced."""
    shown: dict[str, Any] = settings.model_dump(mode="json")
    for name in ("database_url", "redis_url"):
        if shown[name]:
            shown[name] = _PASSWORD.sub(_stars, shown[name])
    for name in ("webhook", "mail_password"):  # a webhook's address is its key
        if shown["watch"][name]:
            shown["watch"][name] = "***"
    return shown


def _stars(found: re.Match[str]) -> str:
    return f"{found[1]}:***" if found[2] is None else f"{found[2]}=***"


def _config_path() -> Path | None:
    named = os.environ.get("TONGFA_CONFIG")
    if named:
        return Path(named)
    usual = Path("tongfa.toml")
    return usual if usual.is_file() else None


def _split(url: str) -> SplitResult:
    """Take an address apart; the library's words about one that it cannot are left out: they quote it."""
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("网址读不懂：用户名、密码里的特殊字符请写成 %XX") from None


def _complaint(detail: ErrorDetails) -> str:
    """Say in Chinese which key is wrong and how; the value is left out, it may be a secret."""
    key = ".".join(str(part) for part in detail["loc"]) or "（整体）"
    context = detail.get("ctx", {})
    sentences = {
        "extra_forbidden": "没有这个设置项",
        "missing": "必须填写",
        "int_parsing": "应为整数",
        "int_type": "应为整数",
        "float_parsing": "应为数字",
        "float_type": "应为数字",
        "string_type": "应为文字",
        "string_too_short": "不能为空",
        "string_too_long": f"不得超过 {context.get('max_length')} 字",
        "string_pattern_mismatch": "含有不允许的字符",
        "greater_than_equal": f"不得小于 {context.get('ge')}",
        "less_than_equal": f"不得大于 {context.get('le')}",
        "literal_error": f"只能是 {context.get('expected')}",
        "value_error": str(context.get("error", "")),
    }
    return f"设置项 {key}：{sentences.get(detail['type'], detail['msg'])}"
