import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.core.takedowns import Terms
from server.settings import BadSettings, Settings, load_settings, masked, site_of


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine that runs the tests: an empty folder, no variables."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "REDIS_URL", "TONGFA_CONFIG", "TONGFA_DATABASE_URL", "TONGFA_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def complaint(**given: object) -> str:
    with pytest.raises(BadSettings) as refused:
        load_settings(**given)
    return str(refused.value)


def write(text: str) -> None:
    Path("tongfa.toml").write_text(text, encoding="utf-8")


def test_nothing_needs_to_be_set() -> None:
    assert load_settings().port == 8080


def test_the_default_database_stands_in_var() -> None:
    assert load_settings(var="/srv/t").database_url == "sqlite+aiosqlite:////srv/t/tongfa.db"


def test_the_public_address_follows_the_port() -> None:
    assert load_settings(port=9000).public_url == "http://127.0.0.1:9000"


def test_the_secret_key_stands_in_var() -> None:
    assert load_settings(var="/srv/t").secret_key_file == Path("/srv/t/secret.key")


def test_the_file_is_read_where_the_server_starts() -> None:
    write("port = 8181\n[worker]\nslots = 3\n")
    settings = load_settings()
    assert (settings.port, settings.worker.slots) == (8181, 3)


def test_a_named_file_goes_before_the_usual_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write("port = 8181\n")
    (tmp_path / "other.toml").write_text("port = 8282\n")
    monkeypatch.setenv("TONGFA_CONFIG", str(tmp_path / "other.toml"))
    assert load_settings().port == 8282


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("port = 8181\n[worker]\nslots = 3\npoll_seconds = 2.0\n")
    monkeypatch.setenv("TONGFA_PORT", "8383")
    monkeypatch.setenv("TONGFA_WORKER__SLOTS", "5")
    settings = load_settings()
    assert (settings.port, settings.worker.slots, settings.worker.poll_seconds) == (8383, 5, 2.0)


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGFA_PORT", "")
    assert load_settings().port == 8080


@pytest.mark.parametrize("name", ["DATABASE_URL", "TONGFA_DATABASE_URL"])
def test_the_database_address_works_with_and_without_our_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "postgres://tongfa:pw@db/tongfa")
    assert load_settings().database_url == "postgresql+asyncpg://tongfa:pw@db/tongfa"


@pytest.mark.parametrize("name", ["REDIS_URL", "TONGFA_REDIS_URL"])
def test_the_redis_address_works_with_and_without_our_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "redis://cache:6379/0")
    assert load_settings().redis_url == "redis://cache:6379/0"


def test_our_name_goes_before_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///plain.db")
    monkeypatch.setenv("TONGFA_DATABASE_URL", "sqlite:///ours.db")
    assert load_settings().database_url == "sqlite+aiosqlite:///ours.db"


def test_addresses_can_stand_in_the_file() -> None:
    write('database_url = "sqlite:///here.db"\nredis_url = "unix:///run/valkey.sock"\n')
    settings = load_settings()
    assert (settings.database_url, settings.redis_url) == (
        "sqlite+aiosqlite:///here.db",
        "unix:///run/valkey.sock",
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("prot = 8080", "prot"),
        ("port = 70000", "port"),
        ('port = "eighty"', "port"),
        ('host = ""', "host"),
        ('public_url = "ftp://x"', "public_url"),
        ('public_url = "https://x?y=1"', "public_url"),
        ("[worker]\nslots = 0", "worker.slots"),
        ("[worker]\nslot = 1", "worker.slot"),
        ('[log]\nlevel = "loud"', "log.level"),
        ("[site]\ncolumns = []", "site.columns"),
        ('[site]\ndomain = "not a domain"', "site.domain"),
        ('[[site.columns]]\nslug = "Ä"\nname = "x"\ntype = "x"', "site.columns.0.slug"),
        ('[[site.columns]]\nslug = "a"', "site.columns.0.name"),
        ("[bounds]\nbody_bytes = 1", "bounds.body_bytes"),
    ],
)
def test_a_wrong_key_is_named(text: str, key: str) -> None:
    write(text)
    assert f"设置项 {key}：" in complaint()


def test_every_wrong_key_is_named_at_once() -> None:
    write("port = -1\nhttp_seconds = 0\n")
    assert complaint().count("设置项") == 2


def test_two_columns_cannot_share_a_slug() -> None:
    column = '[[site.columns]]\nslug = "a"\nname = "x"\ntype = "x"\n'
    write(column * 2)
    assert "不能重复" in complaint()


def _columns(*places: tuple[str, str]) -> str:
    """Give columns of the file, each as its slug and its parent."""
    return "".join(
        f'[[site.columns]]\nslug = "{slug}"\nname = "{slug}"\ntype = "x"\nparent = "{parent}"\n'
        for slug, parent in places
    )


def test_a_column_may_stand_below_another_and_then_follows_it() -> None:
    write(_columns(("a", ""), ("b", ""), ("c", "a")))
    site = site_of(load_settings())
    assert [(one.slug, one.parent) for one in site.columns] == [("a", ""), ("c", "a"), ("b", "")]
    assert site.with_below("a") == ("a", "c")


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ((("a", "a"),), "不能放在自己下面"),
        ((("a", "b"),), "没有 slug 为 b 的栏目"),
        ((("a", "b"), ("b", "a")), "绕成了圈：a → b → a"),
        ((("a", "b"), ("b", "c"), ("c", "a")), "绕成了圈：a → b → c → a"),
        ((("a", "b"), ("b", "c"), ("c", "")), "栏目 a 在 b 下面，b 又在 c 下面：栏目只有两级"),
        ((("d", "a"), ("a", "b"), ("b", "a")), "栏目 d 在 a 下面，a 又在 b 下面：栏目只有两级"),
    ],
)
def test_a_column_in_no_place_is_refused_with_its_name(
    places: tuple[tuple[str, str], ...], sentence: str
) -> None:
    write(_columns(*places))
    assert sentence in complaint()


@pytest.mark.parametrize("url", ["mysql://root:hunter2@db/x", "hunter2"])
def test_a_refused_database_address_is_not_repeated(url: str) -> None:
    told = complaint(database_url=url)
    assert "sqlite" in told
    assert "hunter2" not in told


def test_a_refused_redis_address_is_not_repeated() -> None:
    assert "hunter2" not in complaint(redis_url="http://:hunter2@cache")


def test_a_named_file_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGFA_CONFIG", "/nowhere/tongfa.toml")
    assert "不存在" in complaint()


def test_a_file_that_is_not_toml_is_an_error() -> None:
    write("port = = 1")
    assert "TOML" in complaint()


def test_a_variable_that_cannot_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGFA_SITE__COLUMNS", "{")
    assert "环境变量" in complaint()


def said(**given: str) -> str:
    """Give what an operator sees of settings: what is in force, or why they are refused."""
    try:
        return json.dumps(masked(load_settings(**given)), ensure_ascii=False)
    except BadSettings as refused:
        return str(refused)


@given(st.text(st.characters(exclude_characters="@/:?#[]", exclude_categories=["C"]), min_size=1))
@example("：")  # some signs become one that parts an address, and the library refuses them, quoting the whole
def test_no_password_is_shown(password: str) -> None:
    secret = f"begin{password}end"
    shown = said(database_url=f"postgresql://u:{secret}@db/x", redis_url=f"redis://:{secret}@cache/0")
    assert secret not in shown


@pytest.mark.parametrize("key", ["database_url", "redis_url", "public_url"])
@pytest.mark.parametrize("scheme", ["redis", "postgresql", "https", "ftp"])
@pytest.mark.parametrize("host", ["cache", "[::1", "a：b"])
def test_an_address_that_is_refused_shows_no_password(key: str, scheme: str, host: str) -> None:
    assert "geheim" not in said(**{key: f"{scheme}://u:geheim：x@{host}/0"})


def test_the_address_without_its_password_is_still_shown() -> None:
    shown = masked(Settings(database_url="postgresql://u:pw@db/x"))
    assert shown["database_url"] == "postgresql+asyncpg://u:***@db/x"


def test_a_password_given_as_a_parameter_is_not_shown() -> None:
    shown = masked(Settings(database_url="postgresql://u@/x?host=/run&password=hunter2&ssl=on"))
    assert shown["database_url"] == "postgresql+asyncpg://u@/x?host=/run&password=***&ssl=on"


def test_a_printed_setting_holds_no_address() -> None:
    assert "pw" not in repr(Settings(database_url="postgresql://u:pw@db/x"))


def test_the_site_has_the_public_address_and_the_columns() -> None:
    site = site_of(load_settings(public_url="https://www.etuokeqi.example/"))
    assert site.url == "https://www.etuokeqi.example"
    assert [column.slug for column in site.columns] == ["zcwj", "zcjd", "ywdt", "tzgg", "hygq", "xxgknb"]


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


def test_the_example_for_operators_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    example = Path(__file__).parent.parent / "deploy" / "tongfa.example.toml"
    monkeypatch.setenv("TONGFA_CONFIG", str(example))
    assert load_settings().site.name == "示范旗人民政府"


def test_terms_of_takedowns_are_ours_or_have_their_reason() -> None:
    assert load_settings().takedown.terms == Terms()
    assert "依据" in complaint(takedown={"hours": 12})
    assert "不能比" in complaint(takedown={"hours": 1, "basis": "某规定"})
    told = load_settings(
        takedown={"privacy_hours": 0.5, "hours": 12, "basis": " 某规定第三条 "}
    ).takedown.terms
    assert told == Terms(timedelta(minutes=30), timedelta(hours=12), "某规定第三条")
