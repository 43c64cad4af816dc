"""The rules of the house, held by reading the source: who may import whom, and what must not be written at all."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = {"core", "web"}
# The rooms from low to high: one may use the actions, queries and rules of those before it.
ROOMS = (
    "retention", "staff", "vacancies", "candidates", "messages", "consent", "pool", "documents", "sharing",
    "applications", "rights", "oversight", "demo",
)  # fmt: skip
COMPOSITION = {
    "__main__", "app", "cli", "doctor", "health", "local", "plugin", "process", "rooms", "running", "piccolo_app",
    "piccolo_conf", "piccolo_migrations",
}  # fmt: skip
FOUNDATION = {"organisation", "settings"}
PRIVATE = {"tables", "pages", "desk", "public", "pool_page", "forms", "room"}
CEILING = 400


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "ats").parts[0].removesuffix(".py")


def names(paths: Iterator[Path]) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def test_the_house_has_just_the_rooms_that_are_listed():
    folders = {path.name for path in (ROOT / "ats").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders - {"piccolo_migrations"} == {*GROUND, *ROOMS}
    files = {path.stem for path in (ROOT / "ats").glob("*.py")} - {"__init__"}
    assert files <= COMPOSITION | FOUNDATION


def test_the_detector_knows_nothing_of_the_rest():
    for path in sources("pii"):
        assert not [name for name in imports(path) if name.split(".")[0] in {"ats", "worker", "tests"}], path


def test_only_the_detector_imports_spacy():
    for path in sources("ats", "worker"):
        assert not [name for name in imports(path) if name.split(".")[0] in {"spacy", "thinc"}], path


def test_the_ground_floor_knows_no_room_and_no_worker():
    for path in sources("ats/core", "ats/web"):
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] != "worker", path
            if parts[0] == "ats" and len(parts) > 1:
                allowed = {"core"} if "core" in path.parts else GROUND
                assert parts[1] in allowed | FOUNDATION | {"__version__"}, f"{path}: {name}"


def test_no_room_imports_the_worker():
    for path in sources("ats"):
        if room_of(path) not in {"cli", "doctor"}:
            assert not [name for name in imports(path) if name.split(".")[0] == "worker"], path


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_what_lower_rooms_offer(room):
    for path in sources(f"ats/{room}"):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] != "ats" or len(parts) < 3 or parts[1] in GROUND | FOUNDATION | {room}:
                continue
            assert parts[1] in ROOMS, f"{path}: {name}"
            # The rules of retention are dates and numbers only, so everybody may use them.
            assert ROOMS.index(parts[1]) < ROOMS.index(room), f"{path}: {name} is not below {room}"
            assert parts[2] not in PRIVATE, f"{path}: {name} is that room's own"


def test_rules_do_no_work_and_read_no_clock():
    forbidden = {"asyncpg", "piccolo", "litestar", "arq", "obstore", "asyncio", "os", "socket", "time"}
    for path in sources("ats"):
        if path.name != "rules.py":
            continue
        used = set(imports(path))
        assert not {name.split(".")[0] for name in used} & forbidden, path
        assert not [name for name in used if name.startswith(("ats.core.db", "ats.core.clock.read_clock"))], path


def test_only_the_outermost_call_reads_the_clock():
    places = {
        str(path.relative_to(ROOT))
        for path in sources("ats", "worker")
        if any(name.endswith("clock.read_clock") for name in imports(path))
    }
    inside = {place for place in places if re.search(r"/(actions|queries|rules|reading)\.py$", place)}
    assert inside == set()


def test_nobody_reads_the_clock_but_the_clock():
    for path in sources("ats", "worker"):
        if path.name == "clock.py":
            continue
        found = [name_of(call.func) for call in calls(path)]
        bad = {
            "datetime.now",
            "datetime.utcnow",
            "date.today",
            "datetime.datetime.now",
            "datetime.date.today",
            "time.time",
        }
        assert not bad & set(found), path


def test_no_query_goes_around_the_house():
    """Piccolo's own transactions and batches have traps, and values never stand in the text of a query."""
    for path in sources("ats", "worker"):
        for call in calls(path):
            name = name_of(call.func)
            assert not name.endswith((".batch", ".run_sync", "engine.transaction", "DB.transaction")), f"{path}: {name}"
            if name.endswith((".raw", "WhereRaw")):
                assert not any(isinstance(each, ast.JoinedStr) for each in call.args), f"{path}: f-string in SQL"


def test_logs_are_written_with_a_constant_event_and_listed_keys():
    from ats.core.logs import ALLOWED_KEYS

    for path in sources("ats", "worker"):
        for call in calls(path):
            owner, _, method = name_of(call.func).rpartition(".")
            if owner not in {"log", "_log"} or method not in {"debug", "info", "warning", "error", "exception"}:
                continue
            assert isinstance(call.args[0], ast.Constant), path
            keys = {keyword.arg for keyword in call.keywords} - {"exc_info"}
            assert keys <= ALLOWED_KEYS, f"{path}: {keys - ALLOWED_KEYS}"


def test_nothing_is_printed():
    for path in sources("ats", "worker"):
        assert "print" not in {name_of(call.func) for call in calls(path)}, path


def test_no_score_or_rank_of_people():
    """Claim 60, as far as the source goes: nothing orders candidates by anything a machine thought of them."""
    for path in sources("ats"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"ORDER BY[^\"']*(score|rank|ts_rank)", text), path


def test_modules_stay_small():
    sizes = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("ats", "pii", "worker", "tests", "bench")
    }
    assert not {str(path): size for path, size in sizes.items() if size > CEILING}
    own = sorted(size for path, size in sizes.items() if path.name != "__init__.py" and "tests" not in path.parts)
    assert own[len(own) // 2] <= 130


def test_every_module_says_what_it_is():
    for path in sources("ats", "pii", "worker"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_pages_have_no_inline_code_and_no_foreign_addresses():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"\sstyle=|\son[a-z]+=\"", text), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path


def test_nothing_of_a_machine_or_a_registry_is_in_the_tree():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    wrong = re.compile("/" + "work/|" + "pypi" + r"\.org|files\.python" + "hosted|" + "--index" + "-url")
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".html", ".po", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace").replace("--no-emit-index-url", "")
            assert not wrong.search(text), name


def test_the_web_process_never_loads_the_detector_and_connects_to_nothing_at_import():
    script = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('connected at import')\n"
        "socket.socket.connect = refuse\n"
        "import ats.app, ats.plugin, ats.rooms, ats.web.server\n"
        "assert 'spacy' not in sys.modules and 'worker.sandbox' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("ats/pool", "from ats.applications.actions import withdraw_application"),
        ("ats/rights", "from ats.applications.tables import Application"),
        ("ats/core", "import ats.staff.queries"),
    ],
)
def test_the_rules_notice_what_they_forbid(tmp_path, monkeypatch, place, source):
    """The positive control: each rule above fails on a file that breaks it."""
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "wrong.py").write_text(f'"""Wrong."""\n\n{source}\n', encoding="utf-8")
    with pytest.raises(AssertionError):
        if place == "ats/core":
            test_the_ground_floor_knows_no_room_and_no_worker()
        else:
            test_a_room_uses_only_what_lower_rooms_offer(place.removeprefix("ats/"))
