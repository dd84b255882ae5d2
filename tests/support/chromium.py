"""Finds Chromium, and its headless shell, which most browser tests use at a third of the cost.

The shell has no windows and no back/forward cache. If it is not installed, Chromium replaces it.
"""

from shutil import which

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
SHELL = which("chromium-headless-shell") or CHROMIUM
