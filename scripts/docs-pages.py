#!/usr/bin/env python3
"""Puts the pages of the site into one folder: docs/, README.md, what docket-reference wrote, and the JSON Schemas as tables.

Usage: docs-pages.py REFERENCE_FOLDER PAGES_FOLDER     in the checkout
Ends with 1 if a page links to a file of the checkout that is not there."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

reference, pages = Path(sys.argv[1]), Path(sys.argv[2])
problems = []


def on_the_site(text, page):
    """Links as the site has them: of README, docs/ is beside it; what is in the checkout alone is named and not linked."""
    def link(match):
        words, target = match.groups()
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or not path:
            return match[0]
        file = Path(os.path.normpath(page.parent / path))
        if not file.exists() and not str(file).startswith("docs/reference/"):
            problems.append(f"{page}: there is no {file}")
        if file == Path("README.md"):
            return f"[{words}](index.md{'#' + anchor if anchor else ''})"
        if file.parts[0] == "docs":
            inside = os.path.relpath(file, "docs")
            return f"[{words}]({inside}{'#' + anchor if anchor else ''})"
        return f"{words} (`{file}`)" if words.strip("`") != str(file) else f"`{file}`"
    return re.sub(r"(?<!!)\[([^\]\n]*)\]\(([^)\s]+)\)", link, text)


def kind(schema):
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name})"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kinds = schema.get("type", "")
    kinds = " or ".join(kinds) if isinstance(kinds, list) else kinds
    if "items" in schema and isinstance(schema["items"], dict):
        return f"{kinds} of {kind(schema['items'])}"
    return kinds or " or ".join(dict.fromkeys(kind(one) for word in ("anyOf", "oneOf") for one in schema.get(word, []))) or "any"


def words(schema):
    return schema.get("description", "").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def rows(schema, before=""):
    """A row for each member, each under the name of what it is in."""
    for name, one in schema.get("properties", {}).items():
        yield f"| `{before}{name}` | {kind(one)} | {words(one)} |"
        yield from rows(one, f"{before}{name}.")
        yield from rows(one.get("items", {}) if isinstance(one.get("items"), dict) else {}, f"{before}{name}[].")


def tables(schema, title, about):
    head = "| member | is | |\n|---|---|---|\n"
    text = f"# {title}\n\n{about}\n\n{words(schema)}\n\n{head}" + "\n".join(rows(schema)) + "\n"
    for name, one in schema.get("definitions", {}).items():
        text += f"\n## {name}\n\n{words(one) or (kind(one) if 'properties' not in one else '')}\n"
        members = list(rows(one))
        text += "\n" + head + "\n".join(members) + "\n" if members else ""
    return text


shutil.rmtree(pages, ignore_errors=True)
(pages / "reference").mkdir(parents=True)
(pages / "index.md").write_text(on_the_site(Path("README.md").read_text("utf-8"), Path("README.md")), "utf-8")
for file in sorted(Path("docs").rglob("*")):
    if file.is_dir():
        continue
    target = pages / file.relative_to("docs")
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".md":
        target.write_text(on_the_site(file.read_text("utf-8"), file), "utf-8")
    elif file.suffix in (".json", ".png", ".svg", ".txt"):
        shutil.copy(file, target)
for file in reference.glob("*.md"):
    shutil.copy(file, pages / "reference")
for name, page, title in (("record", "record", "The record"), ("report", "report-members", "Members of the report")):
    schema = json.loads(Path(f"docs/{name}.schema.json").read_text("utf-8"))
    about = f"From the JSON Schema [{name}.schema.json](../{name}.schema.json), by which tests judge what docket writes."
    (pages / f"reference/{page}.md").write_text(tables(schema, title, about), "utf-8")
named = set(re.findall(r"(\S+\.md)$", Path("mkdocs.yml").read_text("utf-8"), re.M))
problems += [f"mkdocs.yml: nav has not {page}" for page in sorted(str(file.relative_to(pages)) for file in pages.rglob("*.md")) if page not in named]
if problems:
    sys.exit("\n".join(problems))
