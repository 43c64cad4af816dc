"""The environment of a process of the product under test."""

import base64
from pathlib import Path

from ats.core.embedded import EmbeddedUrls

BASE_URL = "https://ats.test"
MASTER_KEY = "test:" + base64.b64encode(b"a test key, exactly 32 bytes....."[:32]).decode()


def environment(urls: EmbeddedUrls, folder: Path, **more: str) -> dict[str, str]:
    """ATS_* variables for the given servers, with blobs and mail in `folder`."""
    return {
        "ATS_DATABASE_URL": urls.database_url,
        "ATS_OWNER_DATABASE_URL": urls.owner_database_url,
        "ATS_REDIS_URL": urls.redis_url,
        "ATS_FILES_URL": str(folder / "files"),
        "ATS_MAIL_URL": str(folder / "mail"),
        "ATS_BASE_URL": BASE_URL,
        "ATS_MASTER_KEY": MASTER_KEY,
        **more,
    }
