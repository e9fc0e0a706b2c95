"""`make lighthouse`: starts the demo and measures its pages as a phone on a slow network has them.

Ends with 1 when a page has less than 95 of 100 in any of the four categories. What is measured on a busy
machine says little about performance: run it on a quiet one. `--url` measures a site that runs already.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PROGRAM: Final = ROOT / ".venv" / "npm" / "node_modules" / "lighthouse" / "cli" / "index.js"
LEAST: Final = 95
CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
_SECONDS_TO_START: Final = 240


def main() -> int:
    """Measure and print; give the exit code."""
    given = argparse.ArgumentParser(description="Lighthouse on the demo's pages")
    given.add_argument("--url", help="a site that runs already")
    given.add_argument("--port", type=int, default=8997)
    asked = given.parse_args()
    if asked.url:
        return measure_all(asked.url.rstrip("/"))
    with tempfile.TemporaryDirectory(prefix="tongfa-lighthouse-") as folder:
        command = [sys.executable, str(ROOT / "deploy" / "demo" / "run.py"), "--folder", folder]
        demo = subprocess.Popen([*command, "--port", str(asked.port)], stdout=subprocess.DEVNULL)
        try:
            site = f"http://127.0.0.1:{asked.port}"
            wait_for_an_article(site, demo)
            return measure_all(site)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=60)


def measure_all(site: str) -> int:
    """Measure home, the newest article and the subscribe page."""
    scores = {name: measure(url) for name, url in pages_of(site).items()}
    print(f"{'':12}", *(f"{name:>16}" for name in CATEGORIES))
    for name, found in scores.items():
        print(f"{name:12}", *(f"{found[category]:16}" for category in CATEGORIES))
    return int(any(value < LEAST for found in scores.values() for value in found.values()))


def pages_of(site: str) -> dict[str, str]:
    """Give the pages by name."""
    newest = newest_article(site)
    return {"home": f"{site}/", "article": str(newest), "subscribe": f"{site}/subscribe.html"}


def wait_for_an_article(site: str, demo: subprocess.Popen[bytes]) -> None:
    """Return once the demo has published; its feed is the first to know."""
    ends = time.monotonic() + _SECONDS_TO_START
    while newest_article(site) is None:
        if demo.poll() is not None or time.monotonic() > ends:
            raise SystemExit("the demo did not start")
        time.sleep(1)


def newest_article(site: str) -> str | None:
    """Give the address of the newest article, None as long as there is none."""
    try:
        with urllib.request.urlopen(f"{site}/feed/site.json", timeout=5) as answer:
            items = json.load(answer)["items"]
    except (urllib.error.URLError, OSError):
        return None
    return str(items[0]["url"]) if items else None


def measure(url: str) -> dict[str, int]:
    """Measure one page as a phone, and say what it lacks; give points of 100 by category."""
    node = shutil.which("node")
    if node is None or not PROGRAM.is_file():
        raise SystemExit("Lighthouse is not installed: make lighthouse does that, with npm")
    flags = ("--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox")
    env = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run([node, str(PROGRAM), url, *flags], capture_output=True, env=env, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    for name in CATEGORIES:
        for audit in report["categories"][name]["auditRefs"]:
            found = report["audits"][audit["id"]]
            if audit["weight"] and found["score"] is not None and found["score"] < 0.9:
                print(f"{url} {name}: {found['title']} {found.get('displayValue', '')}")
    return {name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES}


if __name__ == "__main__":
    raise SystemExit(main())
