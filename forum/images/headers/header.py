from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Header:
    kind: str
    """jpeg, png, gif, webp or avif."""
    width: int
    """In pixels, as stored."""
    height: int
    frames: int = 1
    """That are decoded: more than one only for GIF."""
    orientation: int = 1
    """As Exif counts: from 5 on, width and height are swapped when the picture is shown."""
    reduction: int = 1
    """1, 2, 4 or 8: the part at which it is decoded (JPEG)."""

    @property
    def shown_size(self):
        """(width, height) as it will be shown, at most."""
        size = self.width, self.height
        return size[::-1] if self.orientation >= 5 else size
