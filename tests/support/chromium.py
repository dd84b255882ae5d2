"""The browser: whole as people have it, and the shell of it that pages are tried in, at a third of
the cost.

The shell is the same Chromium without windows, and keeps no pages for the back button. Where it is
missing, the whole one does its work.
"""

from shutil import which

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
SHELL = which("chromium-headless-shell") or CHROMIUM
