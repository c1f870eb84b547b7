"""``counterclaim gazetteer``: takes in the places of a GeoNames dump, and reports."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from counterclaim.cli.imports import INTERRUPTED, MOST_SHOWN, RejectsFile
from counterclaim.cli.progress import progress_through
from counterclaim.cli.terminal import err, opened_store, operator, out, say, shown
from counterclaim.errors import InputError
from counterclaim.importers.gazetteer import GazetteerRun
from counterclaim.importers.geonames import CLASSES, Dump, Wanted
from counterclaim.importers.tables import opened_file

if TYPE_CHECKING:
    from counterclaim.schemas.imported import Reject

ATTRIBUTION = "Place names and coordinates: GeoNames (https://www.geonames.org/), CC BY 4.0."


def gazetteer(
    file: Annotated[Path, typer.Argument(help="A dump of GeoNames: .txt, .tsv, .gz or .zip.")],
    *,
    alternate_names: Annotated[
        Path | None,
        typer.Option(help="GeoNames' alternateNamesV2, with languages; else the dump's own names."),
    ] = None,
    country: Annotated[
        str, typer.Option(help="Only these countries, as UA,RU: ISO 3166-1 alpha-2 codes.")
    ] = "",
    min_population: Annotated[
        int, typer.Option(min=0, help="Of populated places only those with so many people.")
    ] = 0,
    classes: Annotated[
        str, typer.Option(help="Only these feature classes: P towns, A areas, S sites, H water.")
    ] = ",".join(CLASSES),
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows are listed; else FILE.rejects.csv.")
    ] = None,
) -> None:
    """Take in the places of a GeoNames dump; twice changes nothing, and nothing is renamed."""
    with opened_store() as engine, ExitStack() as stack:
        wanted = Wanted(_countries(country), _classes(classes), min_population)
        table = stack.enter_context(opened_file(file))
        names = stack.enter_context(opened_file(alternate_names)) if alternate_names else None
        run = stack.enter_context(GazetteerRun(engine, Dump(table, wanted), operator(), names))
        path = rejects or file.with_name(f"{file.name}.rejects.csv")
        listed = stack.enter_context(RejectsFile(path, appending=False))
        try:
            shown_first = _advance(run, listed)
        except KeyboardInterrupt:
            say(err, "Stopped; what was written stays. Run it again: it writes what is missing.")
            raise typer.Exit(INTERRUPTED) from None
        _print_report(run, listed, shown_first)
    if not run.report.created + run.report.known:
        say(err, "No place was taken in.", style="bold red")
        raise typer.Exit(1)


def _countries(given: str) -> frozenset[str]:
    codes = {code.strip().upper() for code in given.split(",")} - {""}
    for code in sorted(codes):
        if len(code) != 2 or not code.isascii() or not code.isalpha():
            raise InputError(f"{code!r} is no country: give codes such as UA,RU.")
    return frozenset(codes)


def _classes(given: str) -> frozenset[str]:
    found = {one.strip().upper() for one in given.split(",")} - {""}
    odd = sorted(found - set(CLASSES))
    if odd or not found:
        raise InputError(f"{', '.join(odd) or 'Nothing'} is no class here: give some of {CLASSES}.")
    return frozenset(found)


def _advance(run: GazetteerRun, listed: RejectsFile) -> list[Reject]:
    """Run all of it; the first rejected rows, which are shown."""
    first: list[Reject] = []
    with progress_through(run.dump.file, "Looking at the dump:") as tell:
        for rows in run.survey():
            tell(rows)
    if run.names is not None:
        with progress_through(run.names, "Reading names:") as tell:
            for rows in run.read_names():
                tell(rows)
    with progress_through(run.dump.file, "Writing places:") as tell:
        for rejected in run.advance():
            for one in rejected:
                listed.add((one.line, one.key, one.column, one.value, one.reason))
            first += rejected[: MOST_SHOWN - len(first)]
            tell(run.report.rows)
    return first


def _print_report(run: GazetteerRun, listed: RejectsFile, first: list[Reject]) -> None:
    report = run.report
    counts = Table("what became of it", "rows", title=run.dump.file.name)
    counts.add_row("new places", str(report.created))
    counts.add_row("places that were there", str(report.known))
    for reason, count in report.passed.items():
        counts.add_row(reason, str(count))
    counts.add_row("rejected", str(report.rejected))
    out.print(counts)
    say(
        out, f"{report.names} name(s) written; {report.named} place(s) that were there gained some."
    )
    if report.without_region:
        what = f"{report.without_region} new place(s) have no region: none was proven."
        say(out, f"{what} Regions come with counterclaim seed and from rows of the class A.")
    for one in first:
        say(out, f"Line {one.line}: {shown(one.reason)}")
    if listed.count:
        say(out, f"The {listed.count} rejected row(s) are listed in {listed.path}")
    say(out, ATTRIBUTION)
