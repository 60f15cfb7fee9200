"""The databases of the tests.

The database itself refuses to empty the ledger, so nothing is ever flushed. The tables are made once, in a template.
An ordinary test (fixture `db`, mark `django_db`) runs on one copy of it in a transaction that is rolled back. A test
that commits, or that other threads or processes look at (fixtures `fresh_database`, `transactional_db` and
`live_server`, mark `django_db(transaction=True)`), gets a copy of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

PROJECT_ROOT = Path(__file__).resolve().parents[1]
# What a program started by a test may see of the machine.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")


@dataclass(frozen=True)
class FreshDatabase:
    """A database that one test has for itself; `environment` is for processes that shall use it too."""

    environment: dict[str, str]


@dataclass(frozen=True)
class Templates:
    """How to use the template on the database at hand; `copy` makes one that lasts as long as its block."""

    ordinary: str
    copy: Callable[[], Iterator[str]]


FRESH = pytest.StashKey[FreshDatabase]()


@pytest.fixture(scope="session", autouse=True)
def files_of_tests(django_test_environment: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests upload never lies beside what people upload."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def database_templates(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[Templates]:
    """Make the template and the ordinary tests' copy of it."""
    configured = connection.settings_dict["NAME"]
    # A thread of the live server must not carry its connection from one test's database into the next test.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    with django_db_blocker.unblock():
        make = _make_sqlite if connection.vendor == "sqlite" else _make_postgresql
        with contextmanager(make)(
            tmp_path_factory.mktemp("databases"), f"{os.getpid()}_{worker_id}"
        ) as templates:
            use_database(templates.ordinary)
            yield templates
            use_database(configured)


@pytest.fixture(scope="session")
def django_db_setup(database_templates: Templates) -> None:
    """Replace pytest-django's own test databases."""


@pytest.fixture
def _django_db_helper(
    request: pytest.FixtureRequest, database_templates: Templates, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    # pytest-django's own, asked for by all of its ways to a database. For tests that commit, it would flush.
    if not _commits(request):
        request.getfixturevalue("_django_db_helper")
        yield
        return
    with django_db_blocker.unblock(), contextmanager(database_templates.copy)() as name:
        use_database(name)
        request.node.stash[FRESH] = FreshDatabase(_describe_environment())
        yield
        use_database(database_templates.ordinary)


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, transactional_db: None) -> FreshDatabase:
    """A database of the test's own, in which it may commit and which other processes may use."""
    fresh: FreshDatabase = request.node.stash[FRESH]
    return fresh


def use_database(name: str) -> None:
    """Point Django at another database; threads started later follow."""
    connection.close()
    if connection.in_atomic_block:
        # A test failed and left its transaction open; the next one starts with a new connection.
        del connections[DEFAULT_DB_ALIAS]
    connection.settings_dict["NAME"] = name


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    if marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,)):
        return True
    return bool({"transactional_db", "live_server"} & set(request.fixturenames))


def _migrate(name: str) -> None:
    use_database(name)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def _make_sqlite(folder: Path, _: str) -> Iterator[Templates]:
    template = folder / "template.sqlite3"
    # Closing the last connection moves everything from the log into the file, so the file is all there is.
    _migrate(str(template))

    def copy() -> Iterator[str]:
        place = folder / "fresh"
        place.mkdir()
        # The name that JIEBANG_DATA_DIR leads to.
        yield shutil.copyfile(template, str(place / "jiebang.sqlite3"))
        connection.close()
        shutil.rmtree(place)

    yield Templates(shutil.copyfile(template, str(folder / "ordinary.sqlite3")), copy)
    connection.close()


def _make_postgresql(_: Path, suffix: str) -> Iterator[Templates]:
    template, ordinary, fresh = (f"jiebang_{kind}_{suffix}" for kind in ("template", "ordinary", "fresh"))
    maintenance = psycopg.connect(
        **connection.get_connection_params() | {"cursor_factory": None}, autocommit=True
    )

    def run(statement: str, *names: str) -> None:
        maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def copy_to(name: str) -> str:
        run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(name: str) -> None:
        connection.close()
        # WITH (FORCE) would also end an autovacuum worker that is at the database, and only a superuser may. Without
        # it, PostgreSQL sends the worker away itself; what a killed process of ours left connected is ours to end.
        maintenance.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            (name,),
        )
        run("DROP DATABASE IF EXISTS {}", name)

    def copy() -> Iterator[str]:
        yield copy_to(fresh)
        drop(fresh)

    with maintenance:
        run("CREATE DATABASE {}", template)
        _migrate(template)
        yield Templates(copy_to(ordinary), copy)
        for name in (fresh, ordinary, template):
            drop(name)


def _describe_environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {
        "JIEBANG_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "jiebang.config.settings",
        "PYTHONPATH": str(PROJECT_ROOT / "src"),
        "PYTHONUTF8": "1",
    }
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return environment | {"JIEBANG_DATA_DIR": str(Path(database["NAME"]).parent)}
    user, password, host = (quote(database[name], safe="") for name in ("USER", "PASSWORD", "HOST"))
    socket = "?" + urlencode({"host": database["HOST"]}) if database["HOST"].startswith("/") else ""
    place = "localhost" if socket else host
    port = f":{database['PORT']}" if database["PORT"] else ""
    url = f"postgresql://{user}:{password}@{place}{port}/{database['NAME']}{socket}"
    return environment | {"JIEBANG_DATABASE_URL": url, "JIEBANG_DATA_DIR": str(settings.JIEBANG_DATA_DIR)}
