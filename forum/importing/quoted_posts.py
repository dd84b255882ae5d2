"""The link to a quoted post, in texts that are rendered before anybody knows where that post will
stand.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuotedPost:
    token: str
    """Stands for the post; nothing that the text itself may hold."""

    @property
    def markdown(self):
        return f"[#{self.token}](/{self.token})"

    @property
    def _html(self):
        return f'<a href="/{self.token}">#{self.token}</a>'

    def linked(self, text, url, number):
        """Markdown or HTML with the link to the post."""
        return text.replace(f"/{self.token}", url).replace(f"#{self.token}", f"#{number}")

    def left_out(self, text):
        """Markdown or HTML without the link."""
        for link in (self.markdown, self._html):
            text = text.replace(f" {link}", "").replace(f'<p dir="auto">{link}</p>\n', "")
        return text
