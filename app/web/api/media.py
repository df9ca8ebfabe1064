"""Pictures of models: uploaded, listed, shown, put in order, taken away."""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import Any

from flask import Response, request
from werkzeug.datastructures import FileStorage

from app.commands import media
from app.commands.media import MOST_BYTES, MOST_PICTURES, Medium
from app.media.folder import MediaFolder
from app.media.pictures import KINDS, MOST_PIXELS, read_picture
from app.road.problems import Fault, InvalidError, NotFoundError, ProblemError
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.web.answers import Answer, body, change, reading
from app.web.api.entities import known_arguments
from app.web.api.operations import IF_MATCH, IF_MATCH_REQUIRED, KEY, Interface, Operation, Parameter
from app.web.body import MalformedError
from app.web.context import caller, platform

LOG = logging.getLogger("virel.web")
SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""What a picture may do in a browser that takes it for a page: nothing."""
DOWNLOAD = Parameter("download", "query", {"type": "string", "enum": ["1"]}, "`1` saves the picture as a file.")


def _folder() -> MediaFolder:
    return MediaFolder(platform().settings.media)


def _shown(one: Medium) -> dict[str, Any]:
    return {
        "id": one.id,
        "model": one.model,
        "position": one.position,
        "cover": one.cover,
        "title": one.title,
        "kind": one.kind,
        "size": one.size,
        "width": one.width,
        "height": one.height,
        "uploaded_by": one.uploaded_by,
        "created_at": stamp(one.created_at).text(),
        "url": f"/api/v1/models/{one.model}/media/{one.id}",
        "etag": one.etag,
    }


def _upload(id: str) -> Response:
    who = caller()
    file, title = _form()
    content = file.stream.read()
    # Whoever may not change the model is told before his picture costs a second of decoding.
    platform().pipeline.run(who, lambda road: media.may_add(road, id))
    picture = read_picture(content, file.filename or "", file.mimetype)
    folder = _folder()
    name = folder.write(picture.content)
    kept: list[bool] = []

    def work(road: StoredRoad) -> Answer:
        made = media.add(road, id, picture, name, title)
        kept.append(True)
        return Answer(201, _shown(made), {"ETag": made.etag, "Location": f"/api/v1/models/{id}/media/{made.id}"})

    same = f"{picture.hash}\0{file.filename}\0{title or ''}".encode()
    try:
        answer = change(work, content=sha256(same).digest())
    except ProblemError:  # the store says that it took nothing; of any other failure it is not known
        folder.remove(name)
        raise
    if not kept:  # a repeat, answered as before
        folder.remove(name)
    return answer


def _form() -> tuple[FileStorage, str | None]:
    """The one file and its title."""
    known_arguments()
    if request.mimetype != "multipart/form-data":
        raise MalformedError("send multipart/form-data with the picture as `file`", 415)
    files = request.files.getlist("file")
    faults = [Fault(f"/{name}", "unknown_field", "no such field") for name in request.form if name != "title"]
    faults += [Fault(f"/{name}", "unknown_field", "no such field") for name in request.files if name != "file"]
    if len(files) != 1:
        faults.append(Fault("/file", "missing", "send one picture a request, as `file`"))
    titles = request.form.getlist("title")
    if len(titles) > 1:
        faults.append(Fault("/title", "invalid", "send one title"))
    title = titles[0].strip() or None if titles else None
    faults += media.title_faults(title)
    if faults:
        raise InvalidError(faults)
    return files[0], title


def _list(id: str) -> Response:
    known_arguments()

    def work(road: StoredRoad) -> Answer:
        items = [_shown(one) for one in media.media(road, id)]
        return Answer(200, {"items": items, "next_cursor": None, "has_more": False})

    return reading(work)


def _show(id: str, media_id: str) -> Response:
    known_arguments("download")
    download = request.args.get("download")
    if download not in (None, "1"):
        raise InvalidError([Fault("?download", "invalid", "1, or leave it out")])
    one = platform().pipeline.read(caller(), lambda road: media.medium(road, id, media_id))
    try:
        content = _folder().path(one.file).read_bytes()
    except FileNotFoundError as error:  # taken away this instant; or the folder is not the one of this store
        LOG.warning("the file of media %s is not in the media folder", one.id)
        raise NotFoundError("media", media_id) from error
    picture = one.kind in KINDS
    response = Response(content, content_type=one.kind if picture else "application/octet-stream")
    manner = "inline" if picture and download is None else "attachment"
    ending = KINDS[one.kind].lower() if picture else "bin"
    response.headers["Content-Disposition"] = f"{manner}; filename={one.id}.{ending}"
    response.set_etag(one.etag.strip('"'))
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    response.headers["Content-Security-Policy"] = SEALED
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # May be kept by the viewer's own browser, which asks each time whether it still may show it.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _wanted(*, required: bool) -> list[str] | None:
    """The entity tags that ``If-Match`` lists; None for ``*`` or where it may be missing."""
    given = request.headers.get("If-Match")
    if given is None and required:
        raise MalformedError("send If-Match with the ETag of the version that you read", 428)
    return None if given is None or given.strip() == "*" else [tag.strip() for tag in given.split(",")]


def _change(id: str, media_id: str) -> Response:
    values, tag = body(), _wanted(required=True)

    def work(road: StoredRoad) -> Answer:
        after = media.change(road, id, media_id, values, tag)
        return Answer(200, _shown(after), {"ETag": after.etag})

    return change(work)


def _delete(id: str, media_id: str) -> Response:
    tag = _wanted(required=False)
    gone: list[Medium] = []

    def work(road: StoredRoad) -> Answer:
        gone.append(media.remove(road, id, media_id, tag))
        return Answer(204, None)

    answer = change(work)
    if gone:
        _folder().remove(gone[-1].file)
    return answer


def add_media(interface: Interface) -> None:
    """Adds the operations."""
    title = {"type": ["string", "null"], "maxLength": media.LONGEST_TITLE}
    position = {"type": "integer", "minimum": 1, "maximum": MOST_PICTURES}
    text, number = {"type": "string"}, {"type": "integer"}
    interface.schemas["Media"] = {
        "type": "object",
        "properties": {
            **dict.fromkeys(("id", "model", "url", "etag"), text),
            **dict.fromkeys(("size", "width", "height"), number),
            "title": title,
            "position": position,
            "cover": {"type": "boolean", "description": "One of a model's pictures is its cover."},
            "kind": {"type": "string", "enum": list(KINDS)},
            "uploaded_by": {"type": ["string", "null"]},
            "created_at": {"type": "string", "format": "date-time"},
        },
        "required": ["id", "model", "position", "cover", "kind", "url", "etag"],
    }
    interface.schemas["MediaPage"] = {
        "type": "object",
        "description": f"All pictures of a model, at most {MOST_PICTURES}.",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Media"}},
            "next_cursor": {"type": "null"},
            "has_more": {"type": "boolean", "enum": [False]},
        },
        "required": ["items", "next_cursor", "has_more"],
    }
    interface.schemas["NewMedia"] = {
        "type": "object",
        "description": (
            f"A JPEG, PNG or WebP of at most {MOST_PIXELS // 1_000_000} megapixels. It is drawn anew without its "
            f"metadata. A model has at most {MOST_PICTURES} pictures of together {MOST_BYTES // 2**20} MB."
        ),
        "properties": {"file": {"type": "string", "format": "binary"}, "title": {**text, "maxLength": 300}},
        "required": ["file"],
        "additionalProperties": False,
    }
    interface.schemas["MediaChanges"] = {
        "type": "object",
        "properties": {"title": title, "position": position, "cover": {"type": "boolean"}},
        "additionalProperties": False,
    }
    many, one = "/models/{id}/media", "/models/{id}/media/{media_id}"
    interface.add(
        Operation(
            "POST",
            many,
            "add_media",
            "Adds a picture to a model.",
            _upload,
            {201: "Media"},
            body="NewMedia",
            parameters=(KEY,),
            also=(404, 409, 422, 507),
            upload=True,
            tag="models",
            permission="models.update",
        ),
        Operation(
            "GET",
            many,
            "list_media",
            "Lists a model's pictures.",
            _list,
            {200: "MediaPage"},
            also=(404, 422),
            tag="models",
            permission="models.read",
        ),
        Operation(
            "GET",
            one,
            "get_media",
            "Shows a picture.",
            _show,
            {200: None, 206: None, 304: None},
            parameters=(DOWNLOAD,),
            files=tuple(KINDS),
            also=(404, 416, 422),
            tag="models",
            permission="models.read",
        ),
        Operation(
            "PATCH",
            one,
            "update_media",
            "Changes a picture's title, its place, or makes it the cover.",
            _change,
            {200: "Media"},
            body="MediaChanges",
            parameters=(IF_MATCH_REQUIRED,),
            also=(404, 412, 422, 428),
            tag="models",
            permission="models.update",
        ),
        Operation(
            "DELETE",
            one,
            "delete_media",
            "Takes a picture away.",
            _delete,
            {204: None},
            parameters=(IF_MATCH,),
            also=(404, 412),
            tag="models",
            permission="models.update",
        ),
    )
