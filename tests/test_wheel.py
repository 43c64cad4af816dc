"""The wheel is whole: built, installed into a clean environment, and run there far from the source."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_everything_and_nothing_of_the_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "ats/_templates/layouts/base.html", "ats/_templates/mail/application_received.txt", "ats/locale/nl.po",
        "ats/web/static/app.css", "ats/organisation.toml", "worker/main.py", "pii/__init__.py",
    ):  # fmt: skip
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "templates/", "var/"))]


def test_the_wheel_runs_in_a_clean_environment(wheel, tmp_path):
    environment = tmp_path / "clean"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(environment / "bin/python"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )  # fmt: skip
    # What the lock file installs is taken from here; the product itself only from the wheel.
    library = next(path for path in sys.path if path.endswith("site-packages"))
    script = (
        "import sys, site\n"
        f"sys.path.append({library!r})\n"
        "import ats, pii\n"
        f"assert ats.__file__.startswith({str(environment)!r}), ats.__file__\n"
        "from ats.organisation import load_organisation\n"
        "from ats.consent.statement import render_statement\n"
        "from ats.web.i18n import translate\n"
        "from ats.web.assets import Assets\n"
        "assert len(render_statement(load_organisation()).texts) == 4\n"
        "assert translate('nl', 'Talent pool') != 'Talent pool'\n"
        "assert Assets().hashed('app.css')\n"
        "assert pii.detect('NISS 85.07.30-033-28')[0].label == 'NATIONAL_ID'\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ATS_"))}
    subprocess.run([str(environment / "bin/python"), "-c", script], check=True, cwd=tmp_path, env=clean)
    version = subprocess.run(
        [str(environment / "bin/python"), "-c", f"import sys; sys.path.append({library!r}); from ats.cli import main; main(['--version'])"],
        check=True, cwd=tmp_path, env=clean, capture_output=True, text=True,
    )  # fmt: skip
    assert version.stdout.startswith("ats, version")
