"""What the first view of a topic with 20 posts costs a guest: bytes as they travel, and requests.

    python -m bench.weight            a table; JSON=1 prints one JSON line per figure

Runs the production server (uvicorn, DEBUG off, collected files) on a new database, and Debian's Chromium.
Bytes are what came over the wire: compressed bodies and response headers. The favicon counts too.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_BYTES, MOST_REQUESTS = 60, 10
LIGHTEST_OTHER = 92  # kB: django-machina, the lightest of four forums that were measured
FEWEST_OTHER = 41  # requests: NodeBB
WORDS = """
the of and to in is that it was for on are with as they be at one have this from or had by not but what all
were when we there can an your which their said if do will each about how up out them then she many some so
these would other into has more her two like him see time could no make than first been its who now people
my made over did down only way find use may water long little very after words called just where most know
get through back much before go good new write our used me man too any day same right look think also around
another came come work three word must because does part even place well such here take why things help put
years different away again off went old number great tell men say small every found still between name
should
""".split()  # noqa: SIM905


def main():
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        os.environ.update(settings(folder, port))
        address = prepare()
        command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "warning"]
        server = subprocess.Popen([*command, "forum.asgi:application"], cwd=ROOT)
        try:
            site = f"http://127.0.0.1:{port}"
            wait_for(site)
            responses = first_view(site, address)
        finally:
            server.terminate()
            server.wait()
    report(responses)


def settings(folder, port):
    return {
        "DJANGO_SETTINGS_MODULE": "forum.settings",
        "DATABASE_URL": f"sqlite:///{folder}/forum.sqlite3",
        "REDIS_URL": "",
        "DEBUG": "0",
        "SECRET_KEY": "for-one-measurement-on-this-machine-only-" + "0" * 24,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }


def prepare():
    """A forum with one topic of 20 posts; returns the topic's address."""
    import django

    django.setup()
    from django.core.management import call_command

    from forum.models import Category, Topic, User

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    chance = random.Random(2026)
    members = [User.objects.create(username=name) for name in ("ada", "grace", "mary", "edsger", "alan")]
    for name in ("Announcements", "Show & tell", "Ideas", "Off topic"):
        Category.objects.create(name=name)
    help_ = Category.objects.create(name="Help")
    topic = Topic.start(members[0], help_, "Channel layer drops messages above 100 per second", text(chance))
    for n in range(19):
        topic.reply(members[n % len(members)], text(chance))
    return topic.get_absolute_url()


def text(chance):
    """Two or three paragraphs of 20 to 60 words, so that it compresses no better than what people write."""
    paragraphs = [" ".join(chance.choices(WORDS, k=chance.randint(20, 60))) for _ in range(chance.randint(2, 3))]
    return "\n\n".join(paragraph.capitalize() + "." for paragraph in paragraphs)


def first_view(site, address):
    """The responses a browser with nothing in its cache gets: [(address, bytes)]."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page()
        seen, sizes = {}, {}
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.requestWillBeSent", lambda e: seen.setdefault(e["requestId"], e["request"]["url"]))
        devtools.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
        page.goto(site + address, wait_until="networkidle")
        # no window, no tab, no icon in it: so this asks for it as a browser with a tab would
        page.evaluate("fetch(document.querySelector('link[rel=icon]').href).then((answer) => answer.text())")
        page.wait_for_timeout(1000)
        chromium.close()
    from_wire = [(seen[key], size) for key, size in sizes.items() if seen[key].startswith(site) and size]
    return [(url.removeprefix(site), size) for url, size in from_wire]


def report(responses):
    kilobytes = round(sum(size for _, size in responses) / 1000, 1)
    figures = [
        figure("first view of a topic, 20 posts", kilobytes, "kB", LIGHTEST_OTHER, MOST_BYTES),
        figure("requests of that view", len(responses), "requests", FEWEST_OTHER, MOST_REQUESTS),
    ]
    if os.environ.get("JSON"):
        print("\n".join(json.dumps(one) for one in figures))
    else:
        show(responses, figures)
    sys.exit(not all(one["holds"] for one in figures))


def figure(name, value, unit, reference, most):
    return {
        "figure": name,
        "value": value,
        "unit": unit,
        "reference": reference,
        "ratio": round(value / reference, 2),
        "goal": f"≤ {most}",
        "holds": value <= most,
    }


def show(responses, figures):
    from rich.console import Console
    from rich.table import Table

    table = Table("address", "bytes", title="First view of a topic, nothing cached")
    for address, size in sorted(responses, key=lambda response: -response[1]):
        table.add_row(address, f"{size:,.0f}")
    Console().print(table)
    for one in figures:
        holds = "holds" if one["holds"] else "does not hold"
        print(f"{one['figure']}: {one['value']} {one['unit']}, goal {one['goal']}: {holds} "
              f"({one['ratio']} of {one['reference']})")  # fmt: skip


def wait_for(site):
    deadline = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(site).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
