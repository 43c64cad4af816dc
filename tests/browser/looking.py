"""Looks at a page as it stands in the browser: what is written, and how it shows at every width and in both colours."""

from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
AUDIT, LOOKS = (Path(__file__).with_name(name).read_text("utf-8") for name in ("audit.js", "looks.js"))


async def look(page: Page, language: str = "en", schemes: Sequence[str] = SCHEMES) -> list[str]:
    """What is wrong with the page. One visit does for every width and colour: styles follow without another."""
    wrong = list(await page.evaluate(AUDIT, {"language": language}))
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for scheme in schemes:
            await page.emulate_media(color_scheme=scheme)
            wrong += [f"{scheme} {width}: {each}" for each in await page.evaluate(LOOKS)]
    return [f"{language} {each}" for each in wrong]
