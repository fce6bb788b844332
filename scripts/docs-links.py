#!/usr/bin/env python3
"""Checks a built site: each link leads to a page that is there, and to a heading that it has; nothing is loaded from elsewhere.

Usage: docs-links.py SITE_FOLDER     asks no network"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update(filter(None, (attributes.get("id"), attributes.get("name"))))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag in ("img", "script", "iframe", "source") and attributes.get("src"):
            self.loads.append(attributes["src"])
        elif tag == "link" and attributes.get("href") and attributes.get("rel") != "canonical":
            self.loads.append(attributes["href"])


site = Path(sys.argv[1])
pages = {file.resolve(): Page(file) for file in site.rglob("*.html")}
problems, links = [], 0
for file, page in pages.items():
    name = file.relative_to(site.resolve())
    problems += [f"{name}: loads {load} from elsewhere" for load in page.loads if urlsplit(load).netloc]
    for link in page.links + page.loads:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or file.name == "404.html":
            continue
        links += 1
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        target = target / "index.html" if target.is_dir() else target
        if not target.exists():
            problems.append(f"{name}: {link} leads nowhere")
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
            problems.append(f"{name}: {link}: the page has no such heading")
if problems or not links:
    sys.exit("\n".join(problems) or f"{site} has no links: was it built?")
