"""What the reader says about a file that is no document: one function a mistake, codes V101 to V199."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Place
from engine.reading import limits

QUOTE_LINE = "quote this whole line, in single quotes if it contains double ones"
QUOTE_IN_BRACES = "inside {…} and […] a text with , [ ] { } or ? must be quoted"


def _error(code: str, message: str, place: Place, length: int, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, "error", message, place, length, hint)


# The file


def not_utf8(file: str, line: int, column: int, byte: int) -> Diagnostic:
    """The bytes are no UTF-8."""
    message = f"the file is not UTF-8: byte 0x{byte:02X} begins no character here"
    return _error("V101", message, Place(file, line, column), 1, "save the file as UTF-8")


def other_encoding(file: str, encoding: str) -> Diagnostic:
    """The file is written in UTF-16 or UTF-32."""
    message = f"the file is written in {encoding}, and documents are read as UTF-8"
    return _error("V101", message, Place(file, 1, 1), 1, "save the file as UTF-8")


def forbidden_character(place: Place, character: str) -> Diagnostic:
    """A control character, or a line separator that readers of YAML do not agree on."""
    code = f"U+{ord(character):04X}"
    written = f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
    hint = f'remove it, or write it as {written} inside "double quotes"'
    return _error("V102", f"the character {code} may not stand in a document", place, 1, hint)


def too_large(file: str, size: int) -> Diagnostic:
    """The file is larger than a document may be. ``size`` is in bytes."""
    message = f"the file has {size:,} bytes, and a document may have {limits.DOCUMENT_BYTES:,} (256 KiB)"
    return _error("V103", message, Place(file, 1, 1), 1, "divide it into several documents")


def unreadable(file: str, reason: str) -> Diagnostic:
    """The operating system does not let us read the file; ``reason`` is its own short text."""
    message = f"the file cannot be read: {reason}"
    return _error(
        "V104", message, Place(file, 1, 1), 1, "check that the file is there and that its permissions allow reading it"
    )


def not_a_file(file: str, what: str) -> Diagnostic:
    """A folder, a pipe or a device stands where a document is expected."""
    message = f"{what} stands where a document is expected"
    return _error(
        "V104", message, Place(file, 1, 1), 1, "rename or remove it; a document is an ordinary file that ends in .yaml"
    )


def file_instead_of_folder(name: str) -> Diagnostic:
    """A file has the name of a folder of documents."""
    message = f'"{name}" is a file, and documents are read from a folder of this name'
    return _error(
        "V104", message, Place(name, 1, 1), 1, f'make it a folder and put the documents into it, as "{name}/…"'
    )


def misplaced(file: str, folder: str) -> Diagnostic:
    """A document lies in a folder whose name is nearly that of a folder of documents."""
    message = "nobody looks for documents in this folder"
    return _error("V128", message, Place(file, 1, 1), 1, f'did you mean "{folder}/"?')


def empty(file: str) -> Diagnostic:
    """The file holds nothing, or comments only."""
    hint = "every document starts with kind, id, version and description"
    return _error("V105", "the document is empty", Place(file, 1, 1), 1, hint)


def link_leaves(file: str) -> Diagnostic:
    """A symbolic link leads out of the configuration folder."""
    message = "this link leads out of the configuration folder, and nothing outside it is read"
    return _error("V106", message, Place(file, 1, 1), 1, "put the document itself here")


def linked_folder(file: str) -> Diagnostic:
    """A symbolic link to a folder."""
    message = "this folder is a link, and links to folders are not followed"
    return _error("V106", message, Place(file, 1, 1), 1, "put the folder itself here")


def folders_too_deep(file: str, limit: int) -> Diagnostic:
    """Folders in folders beyond any use, as a program gone wrong leaves them."""
    message = f"folders lie more than {limit} deep in one another here, and what is below is not read"
    return _error("V104", message, Place(file, 1, 1), 1, "move the documents up")


def wrong_ending(file: str) -> Diagnostic:
    """The file ends in .yml."""
    message = "documents end in .yaml, so this file is not read"
    return _error(
        "V107", message, Place(file, 1, 1), 1, f'rename it to "{file.rpartition("/")[2].rpartition(".")[0]}.yaml"'
    )


def file_name_is_no_id(file: str, name: str) -> Diagnostic:
    """The file's name without its ending cannot be an id."""
    message = f"the file's name is the document's id, and \"{name}\" cannot be one"
    hint = "an id begins with a letter and goes on with letters, digits, _ and - (no blanks, no other signs)"
    return _error("V108", message, Place(file, 1, 1), 1, hint)


# Limits


def too_deep(place: Place) -> Diagnostic:
    """Mappings and lists stand within each other beyond the limit."""
    message = f"the document is nested deeper than {limits.DEPTH} levels"
    return _error("V109", message, place, 1, "flatten it; no document needs this depth")


def too_many_nodes(place: Place) -> Diagnostic:
    """The document holds more keys and values than the limit."""
    message = f"the document holds more than {limits.NODES:,} keys and values"
    return _error("V110", message, place, 1, "divide it into several documents")


# YAML that documents do without


def anchor(place: Place, length: int, name: str) -> Diagnostic:
    """A text begins with ``&``."""
    message = f'"&{name}" is an anchor in YAML, and documents have none'
    return _error("V111", message, place, length, f"if it is meant as text, {QUOTE_LINE}; else write the value out")


def alias(place: Place, length: int, name: str) -> Diagnostic:
    """A text begins with ``*``."""
    message = f'"*{name}" is an alias in YAML, and documents have none'
    return _error("V111", message, place, length, f"if it is meant as text, {QUOTE_LINE}; else write the value out")


def tag(place: Place, length: int, written: str) -> Diagnostic:
    """A text begins with ``!``."""
    message = f'"{written}" is a tag in YAML, and documents have none'
    return _error("V112", message, place, length, f"if it is a condition or a text, {QUOTE_LINE}")


def several_documents(place: Place) -> Diagnostic:
    """A second document begins in the same file."""
    message = "a second document begins here, and a file holds one"
    return _error("V113", message, place, 3, "move it to a file of its own, or remove the line")


def directive(place: Place, length: int) -> Diagnostic:
    """A line that begins with ``%``."""
    message = "documents have no % directives; they are always read as YAML 1.2"
    return _error("V113", message, place, length, "remove the line")


def duplicate_key(place: Place, length: int, key: str, first: Place) -> Diagnostic:
    """The same key stands twice in one mapping."""
    message = f'the key "{key}" stands here and already in line {first.line}, column {first.column}'
    return _error("V114", message, place, length, "keep one of the two")


def tab(place: Place) -> Diagnostic:
    """A tab outside quotes, blocks and comments."""
    message = "a tab stands here, where YAML wants blanks"
    return _error("V115", message, place, 1, "replace it by blanks; inside a quoted text a tab may stay")


# Texts that YAML takes apart


def quote_line_after_quote(place: Place, length: int) -> Diagnostic:
    """A line begins with a quoted text and goes on after it."""
    message = "the line begins with a quoted text and goes on after it, which YAML does not read as one text"
    return _error("V116", message, place, length, QUOTE_LINE)


def quote_line_after_collection(place: Place, length: int, opening: str) -> Diagnostic:
    """A line begins with ``[`` or ``{`` and goes on after the closing bracket."""
    what = "list" if opening == "[" else "mapping"
    message = f'the line begins with "{opening}", which YAML reads as a {what}, and goes on after it'
    return _error("V116", message, place, length, QUOTE_LINE)


def quote_line_with_colon(place: Place, length: int) -> Diagnostic:
    """An unquoted text contains a colon followed by a blank."""
    message = 'this text contains ": ", which YAML reads as a key and its value'
    return _error("V116", message, place, length, QUOTE_LINE)


def quote_line_with_comment(place: Place, length: int) -> Diagnostic:
    """An unquoted text contains `` #`` within its own quotes."""
    message = 'YAML reads everything from " #" on as a comment, so this text ends in the middle of a quoted part'
    return _error("V116", message, place, length, QUOTE_LINE)


def quote_line_that_starts_with(place: Place, length: int, character: str) -> Diagnostic:
    """An unquoted text begins with a character that YAML keeps for itself."""
    message = f'a text may not begin with "{character}" unless it is quoted'
    return _error("V116", message, place, length, QUOTE_LINE)


def quote_braces(place: Place, length: int) -> Diagnostic:
    """An unquoted value begins with ``{{``."""
    message = 'the line begins with "{{", which YAML reads as a mapping within a mapping'
    return _error("V116", message, place, length, QUOTE_LINE)


def flow_question_mark(place: Place, length: int, text: str) -> Diagnostic:
    """An unquoted text within braces or brackets contains a question mark."""
    message = f'"{_short(text)}" must be quoted here, because readers of YAML disagree about its "?"'
    return _error("V117", message, place, length, f"{QUOTE_IN_BRACES}")


def flow_text_taken_apart(place: Place, length: int) -> Diagnostic:
    """An unquoted text within braces or brackets contains a bracket or a comma, so the collection ends too early."""
    message = "this {…} or […] is taken apart here: a comma, a closing bracket or quotes are missing"
    return _error("V117", message, place, length, QUOTE_IN_BRACES)


def flow_key_without_value(place: Place, length: int, text: str) -> Diagnostic:
    """Within braces a comma is followed by a text without a colon."""
    message = f'"{_short(text)}" stands between commas and has no colon, so it is a key without a value'
    return _error("V117", message, place, length, QUOTE_IN_BRACES)


def key_is_no_text(place: Place, length: int) -> Diagnostic:
    """A mapping or a list stands where a key is expected."""
    message = "a mapping or a list stands here as a key, and a key must be a text"
    return _error("V118", message, place, length, f"if the whole is a text, {QUOTE_LINE}")


def empty_key(place: Place) -> Diagnostic:
    """A colon without a key before it."""
    return _error("V118", "a key is missing before this colon", place, 1, 'write the key, or quote an empty one as ""')


def number_out_of_range(place: Place, length: int, text: str) -> Diagnostic:
    """A number that is infinite, not a number, or beyond 64 bits."""
    message = f'"{_short(text)}" is a number beyond what a document can hold'
    return _error("V119", message, place, length, "use a smaller number, or quote it if it is meant as text")


# Broken YAML


def quote_not_closed(place: Place, quote: str) -> Diagnostic:
    """A quoted text never ends."""
    message = f"the text that begins here with {quote} is never closed"
    hint = f"write the closing {quote}" + ("; inside single quotes write '' for '" if quote == "'" else "")
    return _error("V120", message, place, 1, hint)


def unknown_escape(place: Place, length: int, written: str) -> Diagnostic:
    """A backslash within double quotes is followed by something without a meaning."""
    message = f'"{written}" has no meaning inside double quotes'
    return _error(
        "V121", message, place, length, "write \\\\ for a backslash, or use single quotes, which know no escapes"
    )


def collection_not_closed(place: Place, opening: str) -> Diagnostic:
    """A bracket or a brace is never closed."""
    closing = {"[": "]", "{": "}"}[opening]
    message = f'the "{opening}" that stands here is never closed'
    return _error("V122", message, place, 1, f'write the closing "{closing}"; {QUOTE_IN_BRACES}')


def colon_missing(place: Place, length: int, text: str) -> Diagnostic:
    """A line stands among keys and has no colon."""
    message = f'"{_short(text)}" stands where a key is expected and has no colon after it'
    return _error(
        "V123", message, place, length, 'write "key: value", or quote the text if it continues the line above'
    )


def blank_missing_after_colon(place: Place, key: str) -> Diagnostic:
    """Within braces a colon stands directly before a comma or a bracket."""
    message = f'a blank is missing after the colon of "{_short(key)}"'
    return _error("V123", message, place, 1, 'write a blank and a value after the colon, such as "" for an empty text')


def key_too_long(place: Place) -> Diagnostic:
    """More characters stand before a colon than YAML allows for a key."""
    message = "a key may have 1,024 characters, and this one has more"
    return _error("V123", message, place, 1, "shorten it; if the line is a text that contains a colon, quote it")


def list_item_misplaced(place: Place) -> Diagnostic:
    """A dash begins a list where none may begin."""
    message = 'a list item "- " may not stand here'
    return _error("V124", message, place, 1, "put the list on its own lines below the key, each item indented alike")


def indentation(place: Place, length: int) -> Diagnostic:
    """A line is indented in a way that fits neither what is above it nor what it belongs to."""
    message = (
        "this line does not fit the lines above it: it is indented differently, or it goes on after a complete value"
    )
    hint = "indent the keys of one mapping and the items of one list alike; quote a text that goes on after quotes"
    return _error("V124", message, place, length, hint)


def continued_text(place: Place, length: int) -> Diagnostic:
    """A key is indented as if it continued the text of the line above."""
    message = "this line is indented deeper than the key above it, whose value is already complete"
    return _error(
        "V124", message, place, length, "indent it like its neighbours, or quote both lines if they are one text"
    )


def block_header(place: Place, length: int) -> Diagnostic:
    """Something other than a comment follows ``|`` or ``>``."""
    message = 'after "|" or ">" the text must begin on the next line'
    return _error("V125", message, place, length, f"move it there, or {QUOTE_LINE}")


def not_yaml(place: Place, length: int) -> Diagnostic:
    """The reader cannot go on, and no more special explanation applies."""
    message = "this is no YAML from here on"
    return _error("V126", message, place, length, "look for a missing colon, quote or bracket here or just above")


def root_is_no_mapping(place: Place, length: int, found: str) -> Diagnostic:
    """The document is a list or a text."""
    message = f"a document is a mapping of keys to values, and this one is {found}"
    hint = "every document starts with kind, id, version and description"
    return _error("V127", message, place, length, hint)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
