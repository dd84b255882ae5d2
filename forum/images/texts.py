from django.utils.translation import gettext_lazy as _

from . import errors
from .limits import MAX_FRAMES, MAX_JPEG_PIXELS, MAX_PIXELS

TEXTS = {
    errors.UNKNOWN: _(
        "This is not a picture that can be shown here. JPEG, PNG, WebP, AVIF and GIF can."
    ),
    errors.DAMAGED: _("The picture is damaged, or is not what it claims to be."),
    errors.PIXELS: _(
        "The picture has too many pixels. JPEG may have %(jpeg)s megapixels, others %(others)s."
    )
    % {"jpeg": MAX_JPEG_PIXELS // 10**6, "others": MAX_PIXELS // 10**6},
    errors.FRAMES: _(
        "The animation is too long. It may have %(frames)s frames, fewer if they are large."
    )
    % {"frames": MAX_FRAMES},
    errors.COSTLY: _("The picture takes too much time or memory to open."),
}
