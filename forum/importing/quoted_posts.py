"""A placeholder link to the quoted post, for texts rendered before that post's URL is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuotedPost:
    token: str
    """A placeholder for the post that can't occur in the text itself."""

    @property
    def markdown(self):
        return f"[#{self.token}](/{self.token})"

    @property
    def _html(self):
        return f'<a href="/{self.token}">#{self.token}</a>'

    def linked(self, text, url, number):
        """Markdown or HTML with the real link."""
        return text.replace(f"/{self.token}", url).replace(f"#{self.token}", f"#{number}")

    def left_out(self, text):
        """Markdown or HTML without the link."""
        for link in (self.markdown, self._html):
            text = text.replace(f" {link}", "").replace(f'<p dir="auto">{link}</p>\n', "")
        return text
