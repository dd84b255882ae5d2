"""Browsers can install the forum."""

import re
from io import BytesIO

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from PIL import Image

pytestmark = pytest.mark.once


@pytest.fixture
def manifest(client, db):
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    return response.json()


def test_pages_name_the_manifest(client, db):
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").content.decode()


def test_it_names_the_forum(manifest):
    assert manifest["name"] == manifest["short_name"] == settings.SITE_NAME
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")


def test_its_icons_have_the_sizes_that_it_says(manifest):
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        name = re.sub(r"\.[0-9a-f]{12}\.png$", ".png", icon["src"]).removeprefix("/static/")
        with open(finders.find(name), "rb") as file:
            assert "{}x{}".format(*Image.open(BytesIO(file.read())).size) == icon["sizes"]


def test_its_shortcuts_lead_somewhere(client, manifest):
    for shortcut in manifest["shortcuts"]:
        assert client.get(shortcut["url"]).status_code in (200, 302)
