"""What a picture may have, and what preparing it may take."""

MAX_PIXELS = 16_000_000
# A larger JPEG is decoded at a half, a quarter or an eighth, which the format allows.
MAX_JPEG_PIXELS = 50_000_000
MAX_SIDE = 16_384
MAX_FRAMES = 200
MAX_ANIMATED_PIXELS = 25_000_000  # of all frames together

# Each scan of a progressive JPEG passes over the whole picture.
MAX_SCANNED_PIXELS = 200_000_000
DECODED_BYTES = 72 * 2**20  # that a JPEG may take while it is decoded, beyond the interpreter

# Parts of a file, which cost time however small they are.
MAX_SEGMENTS = 2_000  # of a JPEG, before its first scan
MAX_CHUNKS = 20_000  # of a PNG or WebP
MAX_BLOCKS = 100_000  # of a GIF
MAX_TEXT = 2**20  # bytes of a PNG's compressed texts or colour profile

# Pixels; larger pictures are reduced to it. Encoding AVIF takes 30 bytes of memory for each pixel.
LARGE_SIDE = {"jpeg": 4096, "png": 4096, "webp": 4096, "gif": 4096, "avif": 2560}
THUMBNAIL_WIDTHS = (640, 1280)
AVATAR_SIDES = (192, 96)  # for 64 and for up to 44 pixels, on screens with three or two for each

CPU_SECONDS = 20
WALL_SECONDS = 40  # shorter than the lease of a job
MEMORY_BYTES = 320 * 2**20  # of address space
FILE_BYTES = 64 * 2**20  # of each file that the worker writes
