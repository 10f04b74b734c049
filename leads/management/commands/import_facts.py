"""Import a file of leads and what happened to them."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext
from tqdm import tqdm

from agreements.management.people import person_named
from agreements.models import Agreement, User
from leads.files.delimited import UnableToReadFile
from leads.files.mapping import MappingFile, mapping_from_yaml
from leads.files.mapping_problems import MappingError
from leads.importing.imported import Imported
from leads.importing.imports import import_facts
from leads.importing.kept_reasons import as_kept, in_words, sentence_of
from leads.ingest import Ingested
from leads.permissions import check_user_can_import


class Command(BaseCommand):
    """Import a file as its mapping says; what went in already is recognised.

    Importing a file twice, or again after it was broken off, ends in the same state.
    """

    # Looking at every page first would take longer, and more memory, than many a file.
    requires_system_checks = []
    help = "Imports a file of leads and what happened to them, as a mapping says."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the file, its mapping and the agreement."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", type=Path, required=True, metavar="MAP.yaml")
        parser.add_argument("--agreement", required=True, metavar="SLUG")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would become of the rows"
        )
        parser.add_argument("--by", metavar="E-MAIL", help="the person who imports the file")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="FILE",
            help="where rows that cannot be read go; by default FILE.rejects.csv in this folder",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print the summary."""
        path: Path = options["file"]
        agreement = self._agreement(options["agreement"])
        by = self._person(options["by"], agreement)
        mapping = self._mapping(options["mapping"])
        rejects = self._rejects(path, options["rejects"], is_dry_run=options["dry_run"])
        try:
            imported = self._import(path, mapping, agreement, by, rejects, options)
        except OSError as error:
            raise CommandError(_unreadable(error.filename or path, error)) from error
        except UnableToReadFile as error:
            raise CommandError(str(error)) from error
        except MappingError as error:
            raise CommandError(_does_not_fit(options["mapping"], error)) from error
        except KeyboardInterrupt:
            told = gettext("Broken off. Import the file again: what went in already is recognised.")
            raise CommandError(told, returncode=130) from None
        self._tell(imported, options)

    def _agreement(self, slug: str) -> Agreement:
        agreement = Agreement.objects.filter(slug=slug).first()
        if agreement is None:
            known = ", ".join(Agreement.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(
                gettext("There is no agreement “%(slug)s”: choose one of %(known)s.")
                % {"slug": slug, "known": known}
                if known
                else gettext(
                    "There is no agreement “%(slug)s”: take one over with `manage.py "
                    "adopt_agreement` first."
                )
                % {"slug": slug}
            )
        return agreement

    def _person(self, email: str | None, agreement: Agreement) -> User | None:
        """Return who imports, if somebody is named; only one who may."""
        by = person_named(email)
        if by is not None:
            try:
                check_user_can_import(agreement, by)
            except PermissionDenied as refused:
                raise CommandError(str(refused)) from refused
        return by

    def _mapping(self, path: Path) -> MappingFile:
        try:
            return mapping_from_yaml(path.read_bytes())
        except OSError as error:
            raise CommandError(_unreadable(path, error)) from error
        except MappingError as error:
            raise CommandError(_does_not_fit(path, error)) from error

    def _rejects(self, path: Path, named: Path | None, *, is_dry_run: bool) -> Path | None:
        """Return where rejected rows go; a dry run writes no file that nobody asked for."""
        if named is None:
            return None if is_dry_run else Path(f"{path.stem}.rejects{path.suffix}")
        if named.exists() and path.exists() and named.samefile(path):
            raise CommandError(
                gettext("Rejected rows cannot replace the file they come from: name another one.")
            )
        return named

    def _import(
        self,
        path: Path,
        mapping: MappingFile,
        agreement: Agreement,
        by: User | None,
        rejects: Path | None,
        options: dict[str, Any],
    ) -> Imported:
        bar = tqdm(
            total=path.stat().st_size,
            unit="B",
            unit_scale=True,
            desc=path.name,
            file=sys.stderr,
            # None: only where somebody looks.
            disable=True if options["json"] else None,
        )
        with bar:
            return import_facts(
                path=path,
                mapping=mapping,
                agreement=agreement,
                by=by,
                now=timezone.now(),
                rejects=rejects,
                is_dry_run=options["dry_run"],
                goes_on=partial(_show, bar),
            )

    def _tell(self, imported: Imported, options: dict[str, Any]) -> None:
        summary = imported.as_json()
        summary["reasons"] = in_words(summary["reasons"])
        if options["json"]:
            about = {
                "agreement": options["agreement"],
                "file": str(options["file"]),
                "dry_run": options["dry_run"],
            }
            self.stdout.write(json.dumps(about | summary, ensure_ascii=False))
            return
        if options["dry_run"]:
            self.stdout.write(gettext("Dry run: nothing was written. What would become of it:"))
        for line in _sentences(imported):
            self.stdout.write(line)


def _show(bar: "tqdm[Any]", bytes_read: int, _imported: Imported) -> bool:
    bar.update(bytes_read - bar.n)
    return True


def _sentences(imported: Imported) -> list[str]:
    facts = imported.facts
    told = [
        gettext("Rows: %(rows)d, taken %(taken)d, rejected %(rejected)d.")
        % {"rows": imported.rows, "taken": imported.taken, "rejected": imported.rejected},
        gettext("Facts: %(counts)s.") % {"counts": _counted(facts)},
        *(f"  {kind}: {_counted(of)}" for kind, of in sorted(facts.by_kind.items())),
        gettext("Leads: %(leads)d new.") % {"leads": imported.new_leads},
    ]
    if imported.silent:
        told.append(
            gettext("Rows that tell nothing under the mapping's conditions: %(rows)d.")
            % {"rows": imported.silent}
        )
    if facts.forgotten:
        told.append(
            gettext("Facts about people who were forgotten, kept without the person: %(facts)d.")
            % {"facts": facts.forgotten}
        )
    told += [
        gettext("Rejected rows: %(rows)d, first in line %(line)d: %(reason)s")
        % {"rows": reason.rows, "line": reason.line, "reason": sentence_of(as_kept(reason.error))}
        for reason in imported.first_reasons
    ]
    if imported.rejects:
        told.append(
            gettext("The rejected rows are in %(path)s: correct them and import that file.")
            % {"path": imported.rejects}
        )
    return told


def _counted(facts: Ingested) -> str:
    return gettext("%(new)d new, %(revised)d revised, %(repeated)d repeated") % {
        "new": facts.new,
        "revised": facts.revised,
        "repeated": facts.repeated,
    }


def _unreadable(path: Path, error: OSError) -> str:
    return gettext("%(path)s cannot be opened: %(reason)s. Check its name and permissions.") % {
        "path": path,
        "reason": error.strerror,
    }


def _does_not_fit(path: Path, error: MappingError) -> str:
    problems = [
        f"{problem.path}: " * bool(problem.path)
        + gettext(problem.template).format(**problem.params)
        for problem in error.problems
    ]
    if len(problems) == 1:
        return f"{path}: {problems[0]}"
    return "\n".join([gettext("%(path)s does not fit:") % {"path": path}, *problems])
