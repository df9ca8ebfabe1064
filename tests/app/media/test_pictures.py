"""What of an uploaded file is taken, and what of it is kept."""

from __future__ import annotations

import struct
import warnings
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from app.media.pictures import MOST_BYTES, PictureError, read_picture

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
NAMES = {JPEG: "a.jpg", PNG: "a.png", WEBP: "a.webp"}


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}[kind], **options)
    return file.getvalue()


def corners(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Image.Image:
    """Red above left, green above right, blue below left, white below right."""
    image = Image.new("RGB", size, "white")
    width, height = size[0] // 2, size[1] // 2
    for colour, place in (("red", (0, 0)), ("lime", (width, 0)), ("blue", (0, height))):
        image.paste(colour, (*place, place[0] + width, place[1] + height))
    return image.convert(mode)


def read(content: bytes, kind: str) -> Image.Image:
    picture = read_picture(content, NAMES[kind], kind)
    image = Image.open(BytesIO(picture.content))
    image.load()
    assert (picture.width, picture.height) == image.size
    assert picture.kind == kind == Image.MIME[image.format or ""]
    return image


def near(found: object, wanted: tuple[int, ...], within: int = 12) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) <= within for a, b in zip(found, wanted, strict=True))


def refused(content: bytes, kind: str = JPEG, name: str | None = None) -> tuple[int, str]:
    with pytest.raises(PictureError) as caught:
        read_picture(content, name or NAMES[kind], kind)
    return caught.value.status, str(caught.value)


@pytest.mark.parametrize("kind", list(NAMES))
def test_a_picture_is_kept_as_what_it_is(kind: str):
    image = read(encoded(corners(), kind), kind)
    assert image.size == (60, 40)
    assert near(image.convert("RGB").getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("kind", list(NAMES))
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_whatever_its_orientation_says(kind: str, orientation: int):
    """Encoded turned as the tag says, it must come out as it was."""
    upright = corners((64, 48))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(back[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read(encoded(stored, kind, exif=exif, quality=95), kind).convert("RGB")
    assert image.size == (64, 48)
    wanted = {(8, 8): (255, 0, 0), (56, 8): (0, 255, 0), (8, 40): (0, 0, 255), (56, 40): (255, 255, 255)}
    assert all(near(image.getpixel(place), colour) for place, colour in wanted.items())


@pytest.mark.parametrize("kind", list(NAMES))
def test_nothing_that_a_camera_wrote_is_kept(kind: str):
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-MAKER"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(corners(), kind, exif=exif, icc_profile=profile, comment=b"SECRET-NOTE", xmp=b"<x>SECRET-XMP</x>")
    assert b"CAMERA-MAKER" in content
    content += b"SECRET-TAIL<script>alert(1)</script>"
    picture = read_picture(content, NAMES[kind], kind)
    image = Image.open(BytesIO(picture.content))
    assert not dict(image.getexif())
    assert not {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"} & set(image.info)
    assert not any(word in picture.content for word in (b"CAMERA", b"SECRET", b"script", b"Exif", b"ICC"))


def test_png_texts_are_not_kept():
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", "SECRET-AUTHOR")
    texts.add_itxt("Place", "SECRET-PLACE", zip=False)
    content = encoded(corners(), PNG, pnginfo=texts)
    assert b"SECRET-AUTHOR" in content
    assert b"SECRET" not in read_picture(content, "a.png", PNG).content


def test_cmyk_becomes_rgb():
    image = read(encoded(corners(mode="CMYK"), JPEG, quality=95), JPEG)
    assert image.mode == "RGB"
    assert near(image.getpixel((5, 5)), (255, 0, 0), 40)
    assert near(image.getpixel((55, 35)), (255, 255, 255))


def test_other_colours_than_srgb_are_converted():
    """A profile with red and blue exchanged stands for any other: what is red by it must come out red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[132 + 12 * n : 136 + 12 * n]): 136 + 12 * n for n in range(count)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    content = encoded(Image.new("RGB", (20, 20), "blue"), PNG, icc_profile=bytes(profile))
    assert near(read(content, PNG).getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("profile", [b"no profile at all", b"\0" * 200])
def test_a_broken_profile_says_nothing(profile: bytes):
    assert near(read(encoded(corners(), PNG, icc_profile=profile), PNG).getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_rgb(mode: str):
    if mode == "I;16":
        source = Image.new(mode, (20, 20), 32_768)
    else:
        source = Image.new("RGB", (20, 20), (128, 128, 128)).convert(mode, palette=Image.Palette.ADAPTIVE)
    image = read(encoded(source, PNG), PNG)
    assert image.mode in {"RGB", "RGBA"}
    if mode != "1":
        assert near(image.convert("RGB").getpixel((5, 5)), (128, 128, 128))


def test_what_shines_through_still_does():
    source = Image.new("RGBA", (20, 20), (255, 0, 0, 64))
    assert read(encoded(source, PNG), PNG).getpixel((5, 5)) == (255, 0, 0, 64)
    paletted = Image.new("P", (20, 20), 0)
    paletted.putpalette([255, 0, 0] * 4)
    image = read(encoded(paletted, PNG, transparency=0), PNG)
    assert image.mode == "RGBA"
    assert image.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", JPEG, 415),
        (b"<!doctype html><script>alert(1)</script>", PNG, 415),
        (b"GIF89a" + b"\0" * 40, PNG, 415),
        (b"%PDF-1.7\n", JPEG, 415),
        (b"PK\3\4" + b"\0" * 40, PNG, 415),
        (b"BM" + b"\0" * 60, PNG, 415),
        (b"\0" * 100, PNG, 415),
        (b"", JPEG, 422),
        (b"\xff\xd8\xff", JPEG, 422),
        (b"\xff\xd8\xff<html><script>alert(1)</script></html>", JPEG, 422),
        (b"\x89PNG\r\n\x1a\n<html></html>", PNG, 422),
        (b"RIFF\x10\0\0\0WEBPVP8 <html></html>", WEBP, 422),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, kind: str, status: int):
    assert refused(content, kind)[0] == status


@pytest.mark.parametrize(
    ("inside", "name", "declared"),
    [
        (PNG, "a.jpg", JPEG),
        (JPEG, "a.jpg", PNG),
        (JPEG, "a.png", JPEG),
        (JPEG, "a.html", JPEG),
        (JPEG, "a.jpg.svg", JPEG),
        (JPEG, "a", JPEG),
        (JPEG, "a.jpg", "text/html"),
        (WEBP, "a.webp", "application/octet-stream"),
    ],
)
def test_bytes_name_and_declared_type_must_agree(inside: str, name: str, declared: str):
    with pytest.raises(PictureError) as caught:
        read_picture(encoded(corners(), inside), name, declared)
    assert caught.value.status == 415


def test_a_name_may_be_written_in_capitals():
    assert read_picture(encoded(corners(), JPEG), "IMG_1.JPEG", JPEG).kind == JPEG


def bomb(width: int, height: int) -> bytes:
    """A valid PNG of one colour: 100 megapixels in 12 KB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (5_001, 5_000), (20_000, 20_000)])
def test_many_pixels_are_refused_before_they_are_decoded(width: int, height: int, monkeypatch: pytest.MonkeyPatch):
    content = bomb(width, height)
    assert len(content) < 100_000

    def decoded(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        status, message = refused(content, PNG)
    assert status in {413, 422}
    if (width, height) != (20_000, 20_000):  # far beyond, Pillow itself refuses
        assert (status, message) == (
            413,
            f"The picture has {width} × {height} pixels; at most 25 megapixels are taken.",
        )


def test_a_picture_at_the_limit_is_taken():
    assert read_picture(bomb(5_000, 5_000), "a.png", PNG).width == 5_000


def test_a_file_beyond_the_limit_is_refused():
    assert refused(b"\xff\xd8\xff" + b"\0" * MOST_BYTES)[0] == 413


def test_a_text_that_unpacks_without_end_is_refused():
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Bomb", "0" * 50_000_000, zip=True)
    assert refused(encoded(corners(), PNG, pnginfo=texts), PNG)[0] == 422


def test_passes_without_end_are_refused():
    content = encoded(corners(), JPEG, progressive=True)
    start = content.index(b"\xff\xda")
    assert refused(content[:start] + content[start:-2] * 60 + b"\xff\xd9")[0] == 422


@pytest.mark.parametrize("kind", [PNG, WEBP])
def test_what_moves_is_refused(kind: str):
    frames = [corners(), ImageOps.invert(corners())]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert refused(content, kind) == (415, "The picture moves; send a still one.")


def test_of_a_photograph_with_a_second_frame_the_first_is_taken():
    file = BytesIO()
    corners().save(file, "MPO", save_all=True, append_images=[ImageOps.invert(corners())])
    assert near(read(file.getvalue(), JPEG).getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("kind", list(NAMES))
def test_a_picture_that_is_cut_off_is_refused(kind: str):
    noise = Image.effect_noise((200, 200), 80).convert("RGB")
    content = encoded(noise, kind)
    for part in (2, 4, 10):
        assert refused(content[: len(content) * (part - 1) // part], kind)[0] == 422


SAMPLES = {kind: encoded(corners(), kind) for kind in NAMES}


@given(st.sampled_from(list(NAMES)), st.data())
def test_a_damaged_picture_is_a_picture_or_refused(kind: str, data: st.DataObject):
    content = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureError):  # anything else would be a fault
        assert read_picture(bytes(content), NAMES[kind], kind).content
