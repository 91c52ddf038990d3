"""From a source of the console to the built files that a page links."""

import json
from functools import cache
from pathlib import Path
from typing import TypedDict

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
BUILT = Path(__file__).resolve().parents[2] / "static" / "console"


class Chunk(TypedDict, total=False):
    """One entry of Vite's manifest."""

    file: str
    css: list[str]
    imports: list[str]


@cache
def manifest() -> dict[str, Chunk]:
    """Return what Vite built, by source; read once."""
    built: dict[str, Chunk] = json.loads((BUILT / "manifest.json").read_text())
    return built


@register.simple_tag
def console_asset(source: str) -> SafeString:
    """Return the links of a built source: its styles and those of its imports, the imports ahead, then itself."""
    chunks = [manifest()[name] for name in _needed(source, {})]
    styles = dict.fromkeys(style for chunk in chunks for style in chunk.get("css", ()))
    return (
        format_html_join("", '<link rel="stylesheet" href="{}">\n', ((_url(style),) for style in styles))
        + format_html_join(
            "", '<link rel="modulepreload" href="{}">\n', ((_url(chunk["file"]),) for chunk in chunks[:-1])
        )
        + format_html_join("", '<script type="module" src="{}"></script>\n', [(_url(chunks[-1]["file"]),)])
    )


def _needed(source: str, seen: dict[str, None]) -> list[str]:
    if source not in seen:
        for imported in manifest()[source].get("imports", ()):
            _needed(imported, seen)
        seen[source] = None
    return list(seen)


def _url(file: str) -> str:
    return static(f"console/{file}")
