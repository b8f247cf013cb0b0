"""Settings come from a file and the environment; a wrong one is named, and its value is not."""

import json
from pathlib import Path

import pytest

from bot.config import ClientSettings, ConfigInvalid, load

SECRET = "whsec_" + "A" * 32
CLIENT = f'[[clients]]\nname = "n8n"\nsecrets = ["{SECRET}"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_the_environment_stands_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTDOWN_SERVICE__PORT", "9999")
    settings = load(written(tmp_path, '[service]\nport = 1234\nhost = "0.0.0.0"\n'))
    assert (settings.service.port, settings.service.host) == (9999, "0.0.0.0")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            '[discord]\ntokenn = "hush-hush"\n', "discord.tokenn: there is no such setting", id="unknown"
        ),
        pytest.param('[discordd]\ntoken = "hush-hush"\n', "discordd: there is no such setting", id="section"),
        pytest.param('[service]\nport = "hush-hush"\n', "service.port", id="wrong-type"),
        pytest.param('[render]\nencoder = "hush-hush"\n', "h264_vaapi", id="no-such-encoder"),
        pytest.param(
            '[service]\npublic_url = "hush.example"\n',
            "public_url: must begin with http://",
            id="links-without-scheme",
        ),
        pytest.param('[service]\npublic_url = "ftp://hush.example"\n', "http://", id="links-of-no-web"),
        pytest.param('[service]\npublic_url = "https://hush.example/?a"\n', "service.public", id="a-query"),
        pytest.param('[service]\npublic_url = "https://a:hush"\n', "service.public_url", id="no-port"),
        pytest.param('[service]\npublic_url = "https://[hush"\n', "service.public_url", id="no-host"),
        pytest.param('[service]\nallowed_origins = ["hush.example"]\n', "origin", id="no-origin"),
        pytest.param('[service]\nallowed_origins = ["https://hush.example/a"]\n', "origin", id="a-page"),
        pytest.param('[discord]\nproxy = "ana:hush@proxy.example:3128"\n', "http://", id="proxy-alone"),
        pytest.param('[discord]\nproxy = "socks5://hush.example:1080"\n', "http://", id="proxy-of-no-http"),
        pytest.param("[service\n", "not valid TOML", id="not-toml"),
        pytest.param('[[clients]]\nname = "a"\n', "needs at least one of", id="client-without-a-key"),
        pytest.param(
            '[[clients]]\nname = "a"\nsecrets = ["whsec_aHVzaC1odXNo"]\n', "24 to 64", id="secret-too-short"
        ),
        pytest.param('[[clients]]\nname = "../a"\n', "clients.0.name", id="name-that-is-a-path"),
        pytest.param(CLIENT + CLIENT, "same name", id="two-clients-of-one-name"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(written(tmp_path, text))
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "aHVz" not in str(caught.value)


def test_places_are_the_same_wherever_the_program_looks_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ana")
    settings = load(written(tmp_path, '[ingest]\nfolders = ["films", "~/films"]\n'))
    assert settings.service.data_dir == tmp_path / "data"
    assert settings.ingest.folders == [tmp_path / "films", Path("/home/ana/films")]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("CUTDOWN_INGEST__FOLDERS", "/hush", 'a list in JSON, such as ["', id="a-list"),
        pytest.param(
            "CUTDOWN_SERVICE__ALLOWED_ORIGINS", "hush", 'a list in JSON, such as ["', id="another-list"
        ),
        pytest.param("CUTDOWN_CLIENTS", "hush", "JSON", id="clients"),
        pytest.param("CUTDOWN_SERVICE", "hush", "JSON", id="a-table"),
        pytest.param("cutdown_service", "hush", "JSON", id="whatever-the-case"),
    ],
)
def test_what_is_no_json_where_it_must_be_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigInvalid) as caught:
        load(None)
    assert str(caught.value).startswith(f"{name}: ")
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("CUTDOWN_FOO", id="nothing-like-it"),
        pytest.param("CUTDOWN_SERVICE_PORT", id="one-underscore"),
        pytest.param("cutdown_service_port", id="whatever-the-case"),
        pytest.param("CUTDOWN_SERVICE__PORTT", id="misspelt"),
        pytest.param("CUTDOWN_SERVICE__PORT__TCP", id="below-a-setting"),
        pytest.param("CUTDOWN_CLIENTS__0__NAME", id="below-a-list"),
        pytest.param("CUTDOWN_PORT", id="without-its-table"),
    ],
)
def test_a_variable_that_is_no_setting_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "hush")
    with pytest.raises(ConfigInvalid) as caught:
        load(None)
    assert str(caught.value).startswith(f"{name}: there is no such setting")
    assert "hush" not in str(caught.value)


def test_lists_tables_and_clients_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTDOWN_INGEST__FOLDERS", '["/srv/films", "/srv/talks"]')
    monkeypatch.setenv("CUTDOWN_LIMITS", '{"exports_per_day": 3}')
    monkeypatch.setenv("CUTDOWN_CLIENTS", json.dumps([{"name": "n8n", "secrets": [SECRET]}]))
    settings = load(None)
    assert settings.ingest.folders == [Path("/srv/films"), Path("/srv/talks")]
    assert settings.limits.exports_per_day == 3
    assert [client.name for client in settings.clients] == ["n8n"]


@pytest.mark.parametrize(
    ("written_as", "meant"),
    [
        pytest.param("https://shorts.example.org/", "https://shorts.example.org", id="slash"),
        pytest.param("http://10.0.0.7:8080/shorts/", "http://10.0.0.7:8080/shorts", id="below-a-path"),
        pytest.param("http://[::1]:8080", "http://[::1]:8080", id="ipv6"),
        pytest.param("", "", id="none"),
    ],
)
def test_links_begin_without_a_slash_at_the_end(tmp_path: Path, written_as: str, meant: str) -> None:
    settings = load(written(tmp_path, f'[service]\npublic_url = "{written_as}"\n'))
    assert settings.service.public_url == meant


@pytest.mark.parametrize(
    ("written_as", "sent"),
    [
        pytest.param("https://App.example.org/", "https://app.example.org", id="slash-and-capital"),
        pytest.param("https://app.example.org:443", "https://app.example.org", id="usual-port"),
        pytest.param("http://localhost:3000", "http://localhost:3000", id="other-port"),
        pytest.param("http://[::1]:3000", "http://[::1]:3000", id="ipv6"),
        pytest.param("chrome-extension://abcdef", "chrome-extension://abcdef", id="extension"),
        pytest.param("*", "*", id="all"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(tmp_path: Path, written_as: str, sent: str) -> None:
    settings = load(written(tmp_path, f'[service]\nallowed_origins = ["{written_as}"]\n'))
    assert settings.service.allowed_origins == [sent]


def test_a_file_may_begin_with_the_mark_of_some_editors(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[service]\nport = 1234\n")
    assert load(path).service.port == 1234


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_secrets_do_not_show(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[discord]\ntoken = "hush-hush"\n' + CLIENT))
    assert "hush" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("users", "user_id", "may"),
    [
        pytest.param([], "n8n", True, id="itself"),
        pytest.param([], "alice", False, id="a-stranger"),
        pytest.param(["*"], "alice", True, id="anybody"),
        pytest.param(["team-*"], "team-7", True, id="a-pattern"),
        pytest.param(["team-*"], "xteam-7", False, id="a-pattern-is-whole"),
        pytest.param(["*"], "../../etc", False, id="no-path"),
        pytest.param(["*"], "", False, id="nobody"),
    ],
)
def test_a_client_acts_for_the_users_it_may_name(users: list[str], user_id: str, may: bool) -> None:
    client = ClientSettings.model_validate({"name": "n8n", "secrets": [SECRET], "users": users})
    assert client.may_act_for(user_id) is may
