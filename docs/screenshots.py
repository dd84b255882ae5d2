"""`make screenshots`: the pictures of the README, taken from the demo forum on a production
server.
"""

import os
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path

from bench.site import prepared, serving
from tests.support.chromium import CHROMIUM

IMAGES = Path(__file__).resolve().parent / "images"
SHOTS = [  # name, start of the topic's title or "" for the list, scheme, size
    ("latest", "", "light", (1280, 838)),
    ("topic", "Jupiter", "light", (1280, 898)),
    ("topic-dark", "Ninety days", "dark", (1280, 1054)),
    ("topic-narrow", "Nineteen hours", "light", (390, 880)),
]
COMPANY = [  # who else is there, and what they read
    ("linh", "A clock from scrap"),
    ("pavel", "Jupiter"),
    ("dot", "Jupiter"),
    ("renee", "Ninety days"),
    ("yusuf", "Ninety days"),
    ("wanjiru", "Nineteen hours"),
    ("siobhan", "Nineteen hours"),
]
SHARPNESS = 1.5
WHOLE = "html { scrollbar-gutter: auto }"  # nothing scrolls in a picture

# --- The animated picture: two people in one topic, each in a window of their own ---

WINDOW = {"width": 560, "height": 800}
GAP, DESK = 16, "#8f9aa5"
TALK = "Bright thing"
ANSWER = "**Venus!** Give it an hour: it will sink behind the brewery, which no drone would dare."
THANKS = "It has just gone behind the crane. I owe my neighbour a coffee."
LETTERS = 3  # typed from frame to frame
TYPING, PAUSE, END = 110, 1_400, 3_500  # milliseconds that a frame is shown


def main():
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright leaves an event loop running
    IMAGES.mkdir(exist_ok=True)
    with prepared() as address:
        from forum import demo

        demo.fill()
        with serving(address), sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            with ExitStack() as stack:
                company = [
                    stack.enter_context(window(chromium, address, username, path_of(title)))
                    for username, title in COMPANY
                ]
                for shot in SHOTS:
                    take(chromium, address, company[0], *shot)
            film(chromium, address)
            chromium.close()


def take(chromium, address, writer, name, title, scheme, size):
    """One picture, when the page knows of the others; on the list one of them is writing."""
    from forum import demo

    options = {
        "viewport": dict(zip(("width", "height"), size, strict=True)),
        "color_scheme": scheme,
        "device_scale_factor": SHARPNESS,
    }
    with window(chromium, address, demo.MEMBER, path_of(title), **options) as page:
        page.locator(".online", has_text=f"{len(COMPANY) + 1} online").wait_for(state="attached")
        if title:
            shows_readers(page, 3)
        else:
            writer.locator("textarea[name=body]").press_sequentially("A bell")
            page.locator(".row__writers", has_text="writing").wait_for()
        image(page).save(IMAGES / f"{name}.png", optimize=True)


def film(chromium, address):
    """Mira answers in the left window and Emeka in the right one; both see it at once."""
    path = path_of(TALK)
    with (
        window(chromium, address, "mira", path, viewport=WINDOW, color_scheme="light") as left,
        window(chromium, address, "emeka", path, viewport=WINDOW, color_scheme="dark") as right,
    ):
        for page in (left, right):
            page.locator(".announcement__close").click()
            page.locator(".announcement").wait_for(state="detached")
            shows_readers(page, 2)
        frames = [(both(left, right), PAUSE)]
        frames += says(left, left, right, ANSWER)
        frames += says(right, left, right, THANKS)
    pictures = [picture for picture, _shown in frames]
    times = [shown for _picture, shown in frames[:-1]] + [END]
    palette = in_a_row(pictures[:: len(pictures) // 6]).quantize()
    first, *others = (picture.quantize(palette=palette, dither=0) for picture in pictures)
    first.save(
        IMAGES / "live.gif",
        save_all=True,
        append_images=others,
        duration=times,
        loop=0,
        optimize=True,
    )


def says(writer, left, right, text):
    """Frames (picture, milliseconds) of somebody who writes a post that appears in both windows."""
    reader = right if writer is left else left
    box = writer.locator("textarea[name=body]")
    box.click()
    number = writer.locator(".post").count() + 1
    for start in range(0, len(text), LETTERS):
        box.press_sequentially(text[start : start + LETTERS])
        if not start:
            reader.locator(".writers", has_text="writing").wait_for()
        yield both(left, right), TYPING
    yield both(left, right), PAUSE
    writer.locator(".reply .button--main").click()
    for page in (writer, reader):
        page.locator(f".post >> nth={number - 1}").wait_for()
        shows_readers(page, 2)
    writer.mouse.move(0, 0)
    yield both(left, right), PAUSE


def shows_readers(page, count):
    page.locator(".presence__count:visible", has_text=f"{count} reading now").wait_for()


def both(left, right):
    return in_a_row([image(left), image(right)])


def in_a_row(pictures):
    from PIL import Image

    width, height = pictures[0].size
    desk = Image.new("RGB", (len(pictures) * (width + GAP) + GAP, height + 2 * GAP), DESK)
    for n, picture in enumerate(pictures):
        desk.paste(picture, (GAP + n * (width + GAP), GAP))
    return desk


@contextmanager
def window(chromium, address, username, path, **options):
    """A page of somebody who is signed in, whole and live."""
    from forum.models import User
    from tests.browser.people import session_cookie

    # CSP would refuse WHOLE
    context = chromium.new_context(base_url=address, bypass_csp=True, **options)
    context.add_cookies([session_cookie(User.objects.get(username=username), address)])
    page = context.new_page()
    page.goto(path)
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    page.evaluate("document.fonts.ready")
    yield page
    context.close()


def path_of(title):
    from forum.models import Topic

    if not title:
        return "/"
    return Topic.objects.get(title__startswith=title).get_absolute_url()


def image(page):
    from PIL import Image

    return Image.open(BytesIO(page.screenshot(style=WHOLE))).convert("RGB")


if __name__ == "__main__":
    main()
