"""Headless Chromium: open a page in a frame of some width and measure what is drawn."""

from dataclasses import dataclass
import html
import json
from pathlib import Path
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 120
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--allow-file-access-from-files",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=2000",
)
PROBE = """<!doctype html><meta charset="utf-8"><title>probe</title>
<iframe id="frame" style="width:{width}px;height:900px;border:0"></iframe>
<pre id="out">nothing was measured</pre><script>
const frame = document.getElementById("frame"), found = {{}};
const box = (node) => node.getBoundingClientRect();
const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
frame.onload = () => {{
  const page = frame.contentDocument, all = (s) => [...page.querySelectorAll(s)];
  all("details").forEach((node) => {{ node.open = true; }});
  found.width = frame.clientWidth;
  found.scroll = page.documentElement.scrollWidth;
  found.tables = all("table").map((node) => box(node).height);
  found.pictures = all("svg[role=img]").map((node) => {{
    const inner = [...node.querySelectorAll("path,line,polyline,circle,rect,polygon")];
    const drawn = inner.some((part) => box(part).width + box(part).height > 0);
    return [box(node).width, box(node).height, drawn];
  }});
  found.meeting = [];
  all("svg[role=img]").forEach((node) => {{
    const words = [...node.querySelectorAll("text.rung,text.armname,text.xtick")]
      .filter((word) => box(word).width > 0);
    words.forEach((a, k) => words.slice(k + 1).forEach((b) => {{
      if (meet(box(a), box(b))) found.meeting.push([a.textContent, b.textContent]);
    }}));
  }});
  found.outside = all("h1,h2,h3,p,li,figure,pre,.scroll,.tile,dd").filter(
    (node) => box(node).width > 0 && box(node).right > frame.clientWidth + 1
      && !node.closest(".scroll")).map((node) => node.outerHTML.slice(0, 90));
  found.cut = all(".tile b,.tile span,.row > span,.verdict,h1,h2,h3,.bar i").filter(
    (node) => node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1)
    .map((node) => node.textContent);
  found.loaded = frame.contentWindow.performance.getEntriesByType("resource")
    .map((entry) => entry.name);
  document.getElementById("out").textContent = JSON.stringify(found);
}};
frame.src = {source};
</script>"""


@dataclass(frozen=True)
class Measured:
    """What a page looked like: sizes in CSS pixels, and what the console said."""

    width: int
    scroll: int
    tables: list
    pictures: list
    meeting: list
    outside: list
    cut: list
    loaded: list
    console: list


def needs_chromium():
    """Skip a test where there is no browser, and say so."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")


def measure(page, folder, width):
    """Return what Chromium draws of a page in a frame of some width.

    Args:
        page: The HTML.
        folder: An empty folder for the page, the probe and the browser's own files.
        width: Width of the frame in CSS pixels.
    """
    source = Path(folder) / f"page-{width}.html"
    source.write_text(page, encoding="utf-8")
    probe = source.with_name(f"probe-{width}.html")
    address = json.dumps(source.as_uri())
    probe.write_text(PROBE.format(width=width, source=address), encoding="utf-8")
    done = _chromium(folder, "--window-size=1400,1000", "--dump-dom", probe.as_uri())
    out = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, flags=re.S)
    assert out is not None, done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Measured(**json.loads(html.unescape(out[1])), console=console)


def _chromium(folder, *arguments):
    profile = Path(folder) / "profile"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=True
    )
