"""Everything that can be said about a publication before anybody looks at live entities."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.catalog import Catalog
from engine.diagnostics import Diagnostic, in_order
from engine.machines.model import Machine
from engine.reading.source import Source
from engine.releases import messages
from engine.releases.authority import check_granting, check_last_owner, check_publisher
from engine.releases.content import Name, ReleaseContent
from engine.releases.difference import Difference, difference
from engine.releases.locales import check_locales
from engine.releases.migration import Migration, Vanishing, read_migration, vanishing
from engine.releases.versions import Raised, raise_versions, rolled_back


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be published. ``diagnostics`` are all findings; with an error among them it is not to be published.

    ``old`` is the catalog of what is live, None before the first release. ``behind`` are the files that only missed the
    versions of an earlier publication, ``raised`` those whose version this one raises.
    """

    content: ReleaseContent
    catalog: Catalog
    old: Catalog | None
    difference: Difference
    raised: tuple[str, ...]
    behind: tuple[str, ...]
    lost: Vanishing
    migration: Migration
    diagnostics: tuple[Diagnostic, ...]
    migrate: Source | None = None

    def source_line(self, diagnostic: Diagnostic) -> str | None:
        """The text of the line a finding points at, in a document or in the migration."""
        place = diagnostic.place
        if self.migrate is not None and place.file == self.migrate.file:
            return self.migrate.line(place.line)
        return self.catalog.source_line(diagnostic)

    @property
    def ok(self) -> bool:
        """Whether nothing keeps it from being published, as far as documents tell."""
        return not any(one.severity == "error" for one in self.diagnostics)

    @property
    def old_machines(self) -> Mapping[str, Machine]:
        """The machines under which live entities stand."""
        return self.old.machines if self.old is not None else {}


@dataclass(frozen=True, slots=True)
class Terms:
    """Who publishes and how. ``holding`` are the publisher's roles, None where nobody asks; ``migrate`` is the text of
    the migration; ``locales`` are those that every template must have; ``removing`` are the files that may go, None
    where everything may that is not there any more.
    """

    holding: Sequence[str] | None = None
    migrate: Source | None = None
    locales: Sequence[str] = ()
    removing: Collection[str] | None = None


def draft(new: ReleaseContent, live: ReleaseContent, last: Mapping[Name, int], terms: Terms) -> Draft:
    """The publication of a folder's documents. ``last`` are the highest versions ever published."""
    return _draft(raise_versions(new, live, last), live, terms)


def draft_of_rollback(old: ReleaseContent, live: ReleaseContent, last: Mapping[Name, int], terms: Terms) -> Draft:
    """The publication of what an earlier release held."""
    return _draft(rolled_back(old, live, last), live, terms)


def _draft(raised: Raised, live: ReleaseContent, terms: Terms) -> Draft:
    content = raised.content
    catalog = content.catalog()
    old = live.catalog() if live.documents else None
    found = [*catalog.diagnostics, *raised.diagnostics, *check_locales(content, terms.locales)]
    told = difference(live, content)
    changed = told.changed_names()
    if terms.holding is not None:
        roles = old.roles if old is not None else catalog.roles
        found.extend(check_publisher(terms.holding, roles, old, catalog, changed))
        if old is not None:
            found.extend(check_granting(terms.holding, old.roles, catalog.roles, sorted(changed)))
    if old is not None:
        found.extend(check_last_owner(old, catalog))
    if terms.removing is not None:
        found.extend(check_removals(live, content, terms.removing))
    lost = vanishing(old.machines if old is not None else {}, catalog.machines)
    plan: Migration = {}
    if terms.migrate is not None:
        plan, problems = read_migration(terms.migrate, lost, catalog.machines)
        found.extend(problems)
    return Draft(
        content,
        catalog,
        old,
        told,
        raised.raised,
        raised.behind,
        lost,
        plan,
        tuple(in_order(found)),
        terms.migrate,
    )


def check_removals(live: ReleaseContent, new: ReleaseContent, removing: Collection[str]) -> Iterator[Diagnostic]:
    """The documents that would go although nobody said so: a folder that never had them looks the same as one from
    which they were taken.
    """
    for name, document in live.named.items():
        file = document.source.file
        if name not in new.named and file not in removing:
            yield messages.document_removed(file, *name)
