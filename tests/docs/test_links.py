"""What the documentation names is there: files, headings, commands, settings."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from fnmatch import translate
from itertools import chain
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import ROOT

#: Made when the stack runs, or by whoever follows a page.
NOT_IN_GIT = re.compile(r"\.(env|cache|venv|state)\b.*|other\.env")
#: Files that a walkthrough has its reader write.
WRITTEN_BY_READER = {"docs/add-a-feed.md": re.compile(r".*(card_limits|rating).*")}
PLACEHOLDER = re.compile(r"<\w+>|NAME|YYYY_MM|YYYY-MM")
SUFFIXES = "py|yml|sql|md|csv|avsc|json|toml|lock|in|properties|example"
SETTING = re.compile(r"\b(?:POSTGRES|KAFKA|CONNECT|SNOWFLAKE|AIRFLOW|PIPELINE)_[A-Z][A-Z_]+\b")
#: Airflow's own.
NOT_OURS = re.compile(r"AIRFLOW__\w+|AIRFLOW_HOME")


@dataclass
class Page:
    """A Markdown file: link targets, headings as GitHub's anchors, code in lines and in blocks."""

    name: str
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    spans: list[str] = field(default_factory=list)
    code: str = ""


def tracked() -> set[str]:
    """Files of the project, committed or about to be, and the folders that they are in."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [Path(name) for name in listed.splitlines() if (ROOT / name).exists()]
    return {str(path) for path in chain(files, *(file.parents for file in files))}


def read(name: str) -> Page:
    page = Page(name)
    tokens = MarkdownIt("commonmark").enable("table").parse((ROOT / name).read_text())
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("fence", "code_block"):
            page.code += re.sub(r"(?m)# .*", "", token.content)
        children = token.children or []
        page.links += [str(child.attrs["href"]) for child in children if child.type == "link_open"]
        page.spans += [child.content for child in children if child.type == "code_inline"]
        if before and before.type == "heading_open":
            page.anchors.add(anchor(children))
    page.code += "\n".join(page.spans)
    return page


def anchor(heading: list[Token]) -> str:
    text = "".join(child.content for child in heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


PATHS = tracked()
#: dbt's own pages are left out: their links are dbt's.
PAGES = {
    name: read(name)
    for name in sorted(PATHS)
    if name.endswith(".md") and not name.startswith("dbt_project/")
}


def is_there(pattern: str) -> bool:
    if "*" not in pattern:
        return pattern in PATHS
    return any(map(re.compile(translate(pattern)).match, PATHS))


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for page in PAGES.values():
        for link in page.links:
            target, _, heading = link.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = (ROOT / page.name).parent / target if target else ROOT / page.name
            name = str(file.resolve().relative_to(ROOT))
            if name not in PATHS or (heading and heading not in PAGES[name].anchors):
                broken.append(f"{page.name}: {link}")
    assert not broken, "\n".join(broken)


def test_every_file_named_is_there() -> None:
    missing = []
    # A change log names what was there.
    for page in (page for name, page in PAGES.items() if name != "CHANGELOG.md"):
        written = WRITTEN_BY_READER.get(page.name, NOT_IN_GIT)
        for span in page.spans:
            inside = "/" in span and span.split("/")[0] in PATHS
            if not inside and not re.fullmatch(rf"[\w.*<>-][\w./*<>-]*(/|\.({SUFFIXES}))", span):
                continue
            if NOT_IN_GIT.fullmatch(span) or written.fullmatch(span):
                continue
            path = PLACEHOLDER.sub("*", span).rstrip("/")
            if not any(map(is_there, (path, str(Path(page.name).parent / path), f"*/{path}"))):
                missing.append(f"{page.name}: {span}")
    assert not missing, "\n".join(missing)


def test_every_command_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    modules = {path.removeprefix("local_snowflake/src/") for path in PATHS}
    missing = []
    for page in PAGES.values():
        for words in re.findall(r"(?<![\w-])make((?: [a-z][a-z-]*)+)", page.code):
            missing += [f"{page.name}: make {word}" for word in {*words.split()} - targets]
        for module in re.findall(r"python3? -m ([\w.]+)", page.code):
            path = module.replace(".", "/")
            if not {f"{path}.py", f"{path}/__main__.py"} & modules:
                missing.append(f"{page.name}: python -m {module}")
        scripts = set(re.findall(r"python3? (\w\S*\.py)", page.code))
        missing += [f"{page.name}: python {script}" for script in scripts - PATHS]
    assert not missing, "\n".join(missing)


def test_every_setting_named_is_in_the_example() -> None:
    known = set(re.findall(r"\w+", (ROOT / ".env.example").read_text()))
    missing = [
        f"{page.name}: {name}"
        for page in PAGES.values()
        for name in sorted(set(SETTING.findall(page.code)) - known)
        if not NOT_OURS.fullmatch(name)
    ]
    assert not missing, "\n".join(missing)
