"""What is documented exists, and what exists is documented."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_stands_in_the_example_file() -> None:
    code = (ROOT / "testcentre/environment.py").read_text()
    example = (ROOT / ".env.example").read_text()
    read = set(re.findall(r'source(?:\.get\(|, )"([A-Z_]+)"', code))
    read |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert read == set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text()
    assert sorted(re.findall(r"\]\((\S+\.md)\)", index)) == sorted(
        p.name for p in folder.glob("*.md") if p.name != "README.md"
    )


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_no_registry_host_stands_in_the_tree() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    hosts = re.compile(r"registry\.npmjs|files\.pythonhosted|pypi\.org/simple|deb\.debian", re.IGNORECASE)
    texts = {f: (ROOT / f).read_bytes().decode("utf-8", "replace") for f in files if (ROOT / f).is_file()}
    own = str(Path(__file__).relative_to(ROOT))
    assert [name for name, text in texts.items() if name != own and hosts.search(text)] == []
