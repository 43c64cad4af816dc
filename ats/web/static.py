"""Serves the static files and says that the process is alive."""

from typing import Any

from litestar import Request, Response, get

from ats.core.access import PUBLIC
from ats.core.errors import NotFound
from ats.web.site import site_of

IMMUTABLE = "public, max-age=31536000, immutable"
CHANGEABLE = "public, max-age=300"


@get("/static/{file:path}", name="ats:static:file", needs=PUBLIC, anonymous=True)
async def static_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A static file: for ever under its hashed name, for five minutes under its plain one."""
    found = site_of(request.scope).assets.find(str(request.path_params["file"]).lstrip("/"))
    if found is None:
        raise NotFound
    asset, hashed = found
    etag = f'"{asset.digest}"'
    headers = {"Cache-Control": IMMUTABLE if hashed else CHANGEABLE, "ETag": etag}
    asked = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in asked or "*" in asked:
        return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)
