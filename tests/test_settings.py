"""Settings and the organisation's file: nonsense is refused by name, all at once, and nothing secret shows."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.organisation import DEFAULT_FILE, OrganisationError, load_organisation
from ats.settings import SECRETS, SettingsError, read_settings

ROOT = Path(__file__).resolve().parents[1]


def key(key_id="main", size=32):
    return f"{key_id}:{base64.b64encode(os.urandom(size)).decode()}"


GOOD = {
    "ATS_DATABASE_URL": "postgresql://ats_app:db-password@db.example:5432/ats",
    "ATS_REDIS_URL": "redis://:redis-password@redis.example:6379/0",
    "ATS_FILES_URL": "s3://bucket/prefix",
    "ATS_FILES_ENDPOINT": "http://127.0.0.1:9000",
    "ATS_FILES_ACCESS_KEY": "files-user",
    "ATS_FILES_SECRET_KEY": "files-password",
    "ATS_MAIL_URL": "smtp://mailer:mail-password@mail.example:587?starttls=required",
    "ATS_MAIL_FROM": "jobs@example.be",
    "ATS_BASE_URL": "https://jobs.example.be/recruitment",
    "ATS_MASTER_KEY": key(),
}


def problems(**changes):
    """What is said about GOOD with these changes (None: taken away)."""
    environ = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    try:
        read_settings(environ)
    except SettingsError as error:
        return error.problems
    return []


def test_a_complete_environment_is_read():
    settings = read_settings(GOOD)
    assert settings.base_url == "https://jobs.example.be/recruitment"
    assert settings.mail_from == "jobs@example.be"
    assert (settings.port, settings.upload_max_bytes, settings.demo) == (8420, 20_000_000, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATS_DATABASE_URL", "mysql://db.example/ats"),
        ("ATS_DATABASE_URL", "postgresql://[db/ats"),
        ("ATS_DATABASE_URL", "postgresql://db.example:port/ats"),
        ("ATS_OWNER_DATABASE_URL", "db.example/ats"),
        ("ATS_REDIS_URL", "redis.example:6379"),
        ("ATS_REDIS_URL", "redis://redis.example/queue"),
        ("ATS_REDIS_URL", "redis://"),
        ("ATS_REDIS_URL", "unix://relative/path"),
        ("ATS_FILES_URL", "files"),
        ("ATS_FILES_URL", "./files"),
        ("ATS_FILES_URL", "ftp://files.example"),
        ("ATS_FILES_URL", "s3:///prefix"),
        ("ATS_FILES_URL", "file://server/share"),
        ("ATS_FILES_ENDPOINT", "https://user:word@files.example"),
        ("ATS_MAIL_URL", "mail.example:25"),
        ("ATS_MAIL_URL", "smtp://"),
        ("ATS_MAIL_URL", "smtp://mail.example?starttls=requierd"),
        ("ATS_MAIL_URL", "smtp://mail.example?starttls="),
        ("ATS_MAIL_URL", "smtp://mail.example?tls=required"),
        ("ATS_MAIL_URL", "smtps://mail.example?starttls=never"),
        ("ATS_MAIL_FROM", "jobs"),
        ("ATS_MAIL_FROM", "Jobs <jobs@example.be>"),
        ("ATS_MAIL_FROM", "a@example.be, b@example.be"),
        ("ATS_BASE_URL", "jobs.example.be"),
        ("ATS_BASE_URL", "http://jobs.example.be"),
        ("ATS_BASE_URL", "http://127.0.0.1.example.be"),
        ("ATS_BASE_URL", "https:///recruitment"),
        ("ATS_BASE_URL", "https://jobs.example.be/?language=nl"),
        ("ATS_MASTER_KEY", "secret"),
        ("ATS_MASTER_KEY", key(size=31)),
        ("ATS_MASTER_KEY", "key:" + "é" * 44),
        ("ATS_MASTER_KEY", key() + ","),
        ("ATS_MASTER_KEY", f"{key('same')},{key('same')}"),
        ("ATS_PORT", "65536"),
        ("ATS_PORT", "-1"),
        ("ATS_PORT", "eighty"),
        ("ATS_PORT", "٨٠"),
        ("ATS_UPLOAD_MAX_MB", "0"),
        ("ATS_UPLOAD_MAX_MB", "1e3"),
        ("ATS_DOCUMENT_MAX_PAGES", "9" * 5000),
        ("ATS_DATABASE_POOL", "1"),
        ("ATS_LOG_LEVEL", "loud"),
        ("ATS_TRUSTED_PROXIES", "proxy.example"),
        ("ATS_TRUSTED_PROXIES", "*"),
        ("ATS_TRUSTED_PROXIES", "10.0.0.1,"),
        ("ATS_DEMO", "true"),
        ("ATS_ORGANISATION_FILE", "/nowhere"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(name, value):
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name} ")
    assert len(value) < 10 or value not in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATS_BASE_URL", "http://127.0.0.1:8420"),
        ("ATS_BASE_URL", "http://localhost:8420/jobs"),
        ("ATS_BASE_URL", "http://[::1]:8420"),
        ("ATS_REDIS_URL", "unix:///run/redis.sock"),
        ("ATS_REDIS_URL", "rediss://redis.example:6380/3"),
        ("ATS_FILES_URL", "/var/lib/ats/files"),
        ("ATS_FILES_URL", "file:///var/lib/ats/files"),
        ("ATS_MAIL_URL", "smtp://mail.example"),
        ("ATS_MAIL_URL", "smtps://user:word@mail.example:465"),
        ("ATS_MASTER_KEY", f"{key('new')},{key('old')}"),
        ("ATS_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1"),
        ("ATS_PORT", " 8000 "),
        ("ATS_PORT", ""),
    ],
)
def test_a_good_value_is_taken(name, value):
    assert problems(**{name: value}) == []


def test_everything_that_is_wrong_is_said_at_once():
    found = problems(ATS_DATABASE_URL=None, ATS_BASE_URL="ftp://x", ATS_PORT="x", ATS_MASTER_KEY="x", ATS_COLOUR="red")
    assert [problem.split()[0] for problem in found] == [
        "ATS_DATABASE_URL", "ATS_BASE_URL", "ATS_MASTER_KEY", "ATS_PORT", "ATS_COLOUR",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [name for name in GOOD if name not in ("ATS_FILES_ENDPOINT", "ATS_FILES_ACCESS_KEY", "ATS_FILES_SECRET_KEY")],
)
def test_what_is_needed_and_not_there_is_missing(name):
    assert problems(**{name: None}) == [f"{name} is missing"]
    assert problems(**{name: "  "}) == [f"{name} is missing"]


def test_half_of_a_pair_of_keys_is_refused():
    (problem,) = problems(ATS_FILES_SECRET_KEY=None)
    assert "ATS_FILES_ACCESS_KEY" in problem
    assert "ATS_FILES_SECRET_KEY" in problem


def test_only_mail_that_stays_in_a_folder_may_do_without_a_sender():
    assert problems(ATS_MAIL_URL="/var/mail", ATS_MAIL_FROM=None) == []


def test_an_unknown_variable_is_refused_with_the_one_that_was_meant():
    assert problems(ATS_MASTERKEY=key()) == ["ATS_MASTERKEY is not a setting; did you mean ATS_MASTER_KEY?"]
    assert problems(ATS_XYZZY="1") == ["ATS_XYZZY is not a setting"]
    # Only secrets may be files.
    assert problems(ATS_PORT_FILE="/etc/port") == ["ATS_PORT_FILE is not a setting; did you mean ATS_PORT?"]


@pytest.mark.parametrize("name", sorted(SECRETS - {"ATS_OWNER_DATABASE_URL"}))
def test_every_secret_can_be_a_file(name, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(GOOD[name] + "\n")
    assert problems(**{name: None, f"{name}_FILE": str(secret)}) == []
    assert problems(**{f"{name}_FILE": str(secret)}) == [f"{name} and {name}_FILE are both set; keep one"]


def test_a_secret_file_that_is_of_no_use_is_one_problem_without_its_content(tmp_path):
    def said(path):
        return problems(ATS_MASTER_KEY=None, ATS_MASTER_KEY_FILE=str(path))

    unreadable = ["ATS_MASTER_KEY_FILE names a file that cannot be read"]
    assert said(tmp_path / "missing") == unreadable
    assert said(tmp_path) == unreadable
    secret = tmp_path / "secret"
    secret.write_bytes(b"\xff\xfe\x00")
    assert said(secret) == unreadable
    secret.write_text(" \n")
    assert said(secret) == ["ATS_MASTER_KEY_FILE names an empty file"]
    secret.write_text("hunter2")
    (problem,) = said(secret)
    assert problem.startswith("ATS_MASTER_KEY must be id:base64")
    assert "hunter2" not in problem


def test_nothing_secret_shows_in_representations():
    settings = read_settings(GOOD)
    secrets = ["db-password", "redis-password", "files-password", "mail-password", GOOD["ATS_MASTER_KEY"].split(":")[1]]
    key_bytes = base64.b64decode(secrets[-1])
    shown = f"{settings!r} {settings} {settings.keyring!r} {settings.files_access!r} {settings.__rich_repr__()}"
    assert not [secret for secret in [*secrets, repr(key_bytes)] if secret in shown]


WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
NAMES = sorted({*GOOD, "ATS_OWNER_DATABASE_URL", "ATS_PORT", "ATS_LOG_LEVEL", "ATS_TRUSTED_PROXIES", "ATS_HOST"})


@given(changes=st.dictionaries(st.sampled_from(NAMES), WORD, min_size=1, max_size=4))
def test_whatever_is_in_the_environment_the_answer_is_settings_or_named_problems(changes):
    environ = {**GOOD, **{name: f"{value}canary-7f3a" for name, value in changes.items()}}
    try:
        read_settings(environ)
    except SettingsError as error:
        assert error.problems
        assert all(problem.split()[0] in environ for problem in error.problems)
        assert "canary-7f3a" not in f"{error} {error!r}"


def organisation(tmp_path, *replacements, more=""):
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "organisation.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


def said_of(path):
    try:
        load_organisation(path)
    except OrganisationError as error:
        return error.problems
    return []


def test_the_organisation_that_ships_is_complete_and_keeps_what_the_statement_promises():
    shipped = load_organisation()
    assert (shipped.retention.application_years, shipped.retention.pool_years) == (1, 3)
    assert shipped.languages == ["nl", "fr", "en", "de"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("application_years = 1", "application_years = 2", "retention.application_years"),
        ("application_years = 1", "application_years = 0", "retention.application_years"),
        ("application_years = 1", "application_years = true", "retention.application_years"),
        ("application_years = 1", "application_years = 1.5", "retention.application_years"),
        ("pool_years = 3", "pool_years = 4", "retention.pool_years"),
        ("pool_years = 3", "pool_years = 0", "retention.pool_years"),
        ("grace_hours = 24", "grace_hours = 73", "retention.grace_hours"),
        ("grace_hours = 24", "grace_hours = -1", "retention.grace_hours"),
        ("grace_hours = 24", "grace_days = 1", "grace_days"),
        ('languages = ["nl", "fr", "en", "de"]', 'languages = ["nl", "it"]', "languages"),
        ('languages = ["nl", "fr", "en", "de"]', "languages = []", "languages"),
        ('languages = ["nl", "fr", "en", "de"]', 'languages = ["nl", "nl"]', "languages"),
        ("Europe/Brussels", "Europe", "timezone"),
        ("Europe/Brussels", "../../etc/passwd", "timezone"),
        ("Europe/Brussels", "", "timezone"),
        ("Infosentry NV", " ", "name"),
        ('address = ["Veldkant 33A", "2550 Kontich"]', "address = []", "address"),
        ("privacy@infosentry.example", "privacy", "privacy_contact"),
        ("https://www.gegevens", "javascript:gegevens", "website"),
        ("infosentry-luxembourg", "infosentry-nederland", "affiliates"),
        ("infosentry-luxembourg", "Lux/../1", "affiliates"),
        ('name = "Infosentry NV"', 'naam = "Infosentry NV"', "naam"),
    ],
)
def test_an_organisation_that_promises_more_or_makes_no_sense_is_refused_by_its_key(tmp_path, old, new, named):
    (problem,) = said_of(organisation(tmp_path, (old, new)))
    assert problem.startswith("organisation.toml: ")
    assert named in problem


def test_a_stricter_organisation_is_taken(tmp_path):
    path = organisation(tmp_path, ("pool_years = 3", "pool_years = 1"), ('["nl", "fr", "en", "de"]', '["fr"]'))
    assert said_of(path) == []
    assert read_settings({**GOOD, "ATS_ORGANISATION_FILE": str(path)}).organisation.languages == ["fr"]


def test_everything_that_is_wrong_with_an_organisation_is_said_at_once(tmp_path):
    path = organisation(tmp_path, ("pool_years = 3", "pool_years = 9"), ("grace_hours = 24", "grace_hours = 99"))
    assert len(said_of(path)) == 2
    assert [problem.split()[0] for problem in problems(ATS_ORGANISATION_FILE=str(path))] == [
        "ATS_ORGANISATION_FILE"
    ] * 2


@pytest.mark.parametrize(
    "content", [b"name = ", b"\xff\xfe", b"", b"[retention]\n[retention]\n", b'name = "x"\nname = "y"']
)
def test_a_file_that_is_no_organisation_is_refused(tmp_path, content):
    path = tmp_path / "organisation.toml"
    path.write_bytes(content)
    (problem,) = said_of(path)
    assert problem.startswith("organisation.toml: ")


def test_a_system_without_time_zones_has_those_of_the_package(tmp_path):
    code = "from ats.organisation import load_organisation; print(load_organisation().zone)"
    environ = {"PYTHONTZPATH": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Europe/Brussels"
