"""`make screenshots`: the pictures of the README, taken from the demo forum on a production server."""

import os
from pathlib import Path

from bench.site import prepared, serving
from tests.chromium import CHROMIUM

IMAGES = Path(__file__).resolve().parent / "images"
SHOTS = [  # name, address, scheme, size, signed in
    ("latest", "/", "light", (1280, 800), True),
    ("topic-dark", "/t/{topic}/", "dark", (1280, 900), True),
    ("topic-narrow", "/t/{topic}/", "light", (390, 844), False),
]


def main():
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright leaves an event loop running
    IMAGES.mkdir(exist_ok=True)
    with prepared() as address:
        from forum import demo
        from forum.models import Topic, User
        from tests.browser.people import session_cookie

        demo.fill()
        topic = Topic.objects.get(title__startswith="Ninety days").pk
        session = session_cookie(User.objects.get(username=demo.MEMBER), address)
        with serving(address), sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for name, path, scheme, (width, height), signed_in in SHOTS:
                size = {"width": width, "height": height}
                context = chromium.new_context(base_url=address, viewport=size, color_scheme=scheme)
                if signed_in:
                    context.add_cookies([session])
                page = context.new_page()
                page.goto(path.format(topic=topic))
                page.locator("live-status[data-state=live]").wait_for(state="attached")
                page.screenshot(path=IMAGES / f"{name}.png")
                context.close()
            chromium.close()


if __name__ == "__main__":
    main()
