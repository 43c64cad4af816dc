"""Static files: kept for ever under their hashed names, and nothing else from the folder."""

from pathlib import Path

import httpx
import pytest

from ats.web.assets import Assets
from ats.web.site import Site


async def test_a_hashed_name_is_kept_for_ever(browser: httpx.AsyncClient, site: Site) -> None:
    answer = await browser.get(f"/static/{site.assets.hashed('app.css')}")
    assert answer.text == "body { color: black }"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_plain_name_is_kept_shortly_and_asked_for_again(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/static/icons/logo.svg")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-type"] == "image/svg+xml"
    etag = answer.headers["etag"]
    for asked in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await browser.get("/static/icons/logo.svg", headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (etag, "public, max-age=300")
    assert (await browser.get("/static/icons/logo.svg", headers={"If-None-Match": '"other"'})).status_code == 200


def test_the_name_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "app.css").write_text("a")
    before = Assets(tmp_path).hashed("app.css")
    (tmp_path / "app.css").write_text("b")
    assert Assets(tmp_path).hashed("app.css") != before


def test_a_file_that_a_template_names_has_to_exist(site: Site) -> None:
    with pytest.raises(LookupError):
        site.assets.hashed("missing.css")
    with pytest.raises(LookupError):
        site.assets.hashed("notes.md")


def test_paths_are_made_of_routes(site: Site) -> None:
    site.routes["ats:a:b"] = "/{language:str}/x/{id:str}"
    site.routes["ats:a:start"] = "/"
    assert site.path_for("a:b", language="nl", id="a/b?", page=None, q="x y") == "/nl/x/a%2Fb%3F?q=x+y"
    assert site.path_for("ats:a:start") == "/"
    assert site.path_for("a:start", root_path="/outer/") == "/outer/"
    with pytest.raises(LookupError):
        site.path_for("a:b", language="nl")
    with pytest.raises(LookupError):
        site.path_for("a:unknown")
