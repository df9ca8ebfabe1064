"""Pictures are never kept as they came: what is uploaded is checked, decoded and drawn anew.

What is kept holds pixels and nothing else: no EXIF, no place, no colour profile, no second file behind the first.
Limits and their sources: docs/adr/0012.
"""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageCms, ImageOps

MOST_BYTES = 20 * 1024 * 1024
"""Of one file."""
MOST_PIXELS = 25_000_000
MOST_SCANS = 100
"""Of a progressive JPEG: each costs a pass over the whole picture, however short it is in the file."""
QUALITY = 90
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""Pillow's name of each media type that is taken."""
ENDINGS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
TAKEN = "JPEG, PNG and WebP are taken"
_BROKEN = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow's decoders are known to raise on a file that is not what it says."""
_TURN = threading.BoundedSemaphore(1)
"""A picture at the limit takes some 250 MB while it is drawn anew: a process does so for one at a time."""
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


class PictureError(Exception):
    """A file that is not taken; ``status`` is the answer's (413, 415 or 422), the message says what to do."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept. ``hash`` is the SHA-256 of what was uploaded, in hexadecimal digits."""

    content: bytes
    kind: str
    width: int
    height: int
    hash: str


def read_picture(content: bytes, name: str, declared: str) -> Picture:
    """The picture in an uploaded file of this name and declared media type. Raises PictureError."""
    kind = _kind(content, name, declared)
    with _TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower, and is an error
        try:
            image = _drawn(content, kind)
            made = _encoded(image, kind)
        except _BROKEN as error:
            raise PictureError("The picture is damaged or cut off; export it anew and send it again.", 422) from error
    return Picture(made, kind, image.width, image.height, sha256(content).hexdigest())


def _kind(content: bytes, name: str, declared: str) -> str:
    """The media type on which the bytes, the name's ending and the declared type agree."""
    if not content:
        raise PictureError("The file is empty.", 422)
    if len(content) > MOST_BYTES:
        raise PictureError(f"The file is larger than {MOST_BYTES // 2**20} MB.", 413)
    found = _magic(content)
    if found is None:
        raise PictureError(f"The file is no picture that we can show: {TAKEN}.", 415)
    named = ENDINGS.get(PurePath(name).suffix.lower())
    told = "image/jpeg" if declared == "image/jpg" else declared
    if not found == named == told:
        what = KINDS[found].replace("WEBP", "WebP")
        raise PictureError(
            f"The file is a {what} inside, but its name and media type do not both say so: send it as {found}.", 415
        )
    return found


def _magic(content: bytes) -> str | None:
    """The media type that the first bytes tell."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def _drawn(content: bytes, kind: str) -> Image.Image:
    """The upright picture in sRGB, of pixels that no earlier file has anything more to do with."""
    with Image.open(BytesIO(content), formats=[KINDS[kind]]) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            most = MOST_PIXELS // 1_000_000
            raise PictureError(f"The picture has {width} × {height} pixels; at most {most} megapixels are taken.", 413)
        # A photograph with a second frame, as cameras make for depth (MPO), is its first frame.
        if kind != "image/jpeg" and getattr(opened, "is_animated", False):
            raise PictureError("The picture moves; send a still one.", 415)
        if kind == "image/jpeg" and content.count(b"\xff\xda") > MOST_SCANS:
            raise PictureError("The picture is drawn in too many passes; export it as a plain JPEG.", 422)
        opened.load()
        profile = opened.info.get("icc_profile")
        image = ImageOps.exif_transpose(opened)
    image = _in_srgb(image, profile)
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    return clean if kind != "image/jpeg" else clean.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or, where something shines through, RGBA; by the file's own colour profile where it can be used."""
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    clear = "A" in image.getbands() or "transparency" in image.info
    alpha = image.convert("RGBA").getchannel("A") if clear else None
    made = None
    if profile:
        plain = image if image.mode in {"RGB", "CMYK", "L"} else image.convert("RGB")
        made = _by_profile(plain, profile)
    if made is None:
        made = image.convert("RGB")
    if alpha is not None:
        made.putalpha(alpha)
    return made


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB; None where the profile is broken or of another kind of picture, and says nothing then."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _encoded(image: Image.Image, kind: str) -> bytes:
    """The picture as a file of its kind, without any metadata."""
    made = BytesIO()
    if kind == "image/jpeg":
        image.save(made, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    elif kind == "image/webp":
        image.save(made, "WEBP", quality=QUALITY, method=3)
    else:
        image.save(made, "PNG")
    return made.getvalue()
