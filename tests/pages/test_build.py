"""The committed build is that of the sources, and the Dutch words are complete."""

import gettext
import hashlib
import json
import re
from pathlib import Path

from testcentre.pages.templatetags.console import console_asset
from testcentre.pages.words import WORDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "console"
BUILT = ROOT / "testcentre/static/console"
DUTCH = ROOT / "testcentre/pages/locale/nl/LC_MESSAGES"
LOOSE = ("package-lock.json", "package.json", "provenance.js", "svelte.config.js", "tsconfig.json", "vite.config.ts")
PAGES = (
    "approvals", "base", "book", "bookings", "closures", "connections", "day", "documents", "flight", "flights",
    "range",
    "utilisation",
)  # fmt: skip


def test_the_build_is_made_of_these_sources() -> None:
    inside = [str(path.relative_to(SOURCES)) for path in (SOURCES / "src").rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for name in sorted([*LOOSE, *inside]):
        digest.update(f"{name}\0".encode() + (SOURCES / name).read_bytes() + b"\0")
    built_of = (BUILT / "sources.sha256").read_text().strip()
    assert digest.hexdigest() == built_of, "console/ has changed: run `make console`"


def test_the_lock_file_names_no_registry() -> None:
    locked = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    assert [name for name, package in locked.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in locked.items() if name)


def test_every_page_links_hashed_files_that_lie_there_compressed() -> None:
    linked = {
        link
        for page in PAGES
        for link in re.findall(r'"/static/console/([^"]+)"', console_asset(f"src/pages/{page}.ts"))
    }
    assert linked
    for name in linked:
        assert re.search(r"-[\w-]{8}\.(js|css)$", name), name
        assert all((BUILT / f"{name}{ending}").stat().st_size for ending in ("", ".gz", ".br")), name


def test_no_built_file_is_left_from_another_build() -> None:
    manifest = json.loads((BUILT / "manifest.json").read_text())
    files = {
        file for chunk in manifest.values() for file in (chunk["file"], *chunk.get("css", ()), *chunk.get("assets", ()))
    }
    lying = {str(path.relative_to(BUILT)) for path in (BUILT / "assets").iterdir() if path.suffix not in {".gz", ".br"}}
    assert lying == files


def test_every_word_of_the_scripts_has_dutch() -> None:
    with (DUTCH / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    known = {key for key in catalogue._catalog if key}  # type: ignore[attr-defined]
    assert [word for word in WORDS if word not in known] == []


def test_the_compiled_words_are_those_of_the_readable_file() -> None:
    source = (DUTCH / "django.po").read_text()
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    with (DUTCH / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert len(pairs) > len(WORDS)
    assert [
        word for word, dutch in pairs if catalogue.gettext(word.replace('\\"', '"')) != dutch.replace('\\"', '"')
    ] == []
    holes = {word: set(re.findall(r"\{\w+\}", word)) for word, _ in pairs}
    assert [word for word, dutch in pairs if set(re.findall(r"\{\w+\}", dutch)) != holes[word]] == []
