"""Reads a text sentence by sentence: figures with their speaker, day, places and attacker."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from counterclaim.drafting.groups import groups_in
from counterclaim.drafting.marks import Sign, Weapon, marks_in
from counterclaim.drafting.roles import LOSSES, Figure, crossing, figures_in, split_both
from counterclaim.drafting.sentences import Sentence, sentences_in
from counterclaim.drafting.settings import Day, Site, attacker_in, days_in, sites_in
from counterclaim.drafting.speakers import Speaker, Speakers
from counterclaim.queries.recognise import Kind, recognise
from counterclaim.vocabulary import Stance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from counterclaim.drafting.groups import Group
    from counterclaim.drafting.language import Language
    from counterclaim.queries.recognise import KnownNames, Span

MOST_AT_ONCE = 30
"""So many numbers "all of them" may stand for."""

REACH = 2
"""So many sentences back "all of them" may go."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure as told: in which words of the text, by whom, and when and where it happened."""

    figure: Figure
    weapon: Weapon | None
    start: int
    end: int
    speaker: Speaker | None
    day: Day | None
    sites: tuple[Site, ...]
    attacker: str | None
    stance: Stance = Stance.ASSERTS
    summed: bool = False


@dataclass(slots=True)
class _Context:
    """What earlier sentences leave to later ones."""

    day: Day | None = None
    said: Day | None = None
    sites: tuple[Site, ...] = ()
    weapon: Weapon | None = None
    speaker: Speaker | None = None
    paragraph: int = 0
    launched: list[tuple[int, Sentence, Statement]] = field(default_factory=list)


class Reader:
    """Reads one text."""

    def __init__(
        self, text: str, known: KnownNames, language: Language, published: date | None
    ) -> None:
        self.text = text
        self.known = known
        self.language = language
        self.published = published
        # Numbers are read sentence by sentence: here in no language.
        self.spans = recognise(text, known, published, lang="")
        self.speakers = Speakers(language, known)
        self.context = _Context()

    def statements(self) -> Iterator[Statement]:
        """The figures of the text in order."""
        sentences = sentences_in(self.text, self.language)
        opening = " ".join(one.text for one in sentences[:2])
        if self.language["sentences.memorial"].search(opening):
            return
        starts = [span.start for span in self.spans]
        for number, sentence in enumerate(sentences):
            first, last = (bisect_left(starts, at) for at in (sentence.start, sentence.end))
            spans = [one for one in self.spans[first:last] if one.end <= sentence.end]
            yield from self._read(number, sentence, spans)

    def _read(self, number: int, sentence: Sentence, spans: list[Span]) -> Iterator[Statement]:
        sites = sites_in(sentence, spans, self.known, self.language)
        named = [site.name for site in (sites or self.context.sites) if site.role == "target"]
        speaker = self.speakers.of(sentence, spans, named)
        if not any(site.role == "target" for site in sites):
            sites += self._sites_before(sentence, speaker)
        days = self._days(sentence, spans)
        summed = self._is_sum(sentence)
        if summed:
            days = list(self._stretch(sentence))
        if not self.language["sentences.memorial"].search(sentence.text) and (days or not summed):
            scene = _Scene(self, number, sentence, spans, sites, days, speaker, summed)
            yield from scene.statements()
        if not summed:
            self._keep(days, _dated(sites, days))
            self.context.speaker, self.context.paragraph = speaker, sentence.paragraph

    def _is_sum(self, sentence: Sentence) -> bool:
        """Whether numbers are of many strikes; "the deadliest since …" tells of one."""
        text = self.language["sentences.superlative"].sub("", sentence.text)
        return self.language["sentences.cumulative"].search(text) is not None

    def _sites_before(self, sentence: Sentence, speaker: Speaker | None) -> list[Site]:
        """Where a sentence without a place goes on: the speaker's own seat, or what they named."""
        seat = self.speakers.seats.get(speaker.name) if speaker else None
        if seat is not None:
            return [
                Site(
                    0,
                    0,
                    seat[1],
                    seat[1],
                    seat[0],
                    "target",
                    rule="the speaker's own region or town",
                )
            ]
        before = self.context.speaker
        name, last = (one.name if one else None for one in (speaker, before))
        on = name == last and sentence.paragraph == self.context.paragraph
        if not on and not self.language["settings.again"].search(sentence.text):
            return []
        rule = "named in the sentence before"
        return [replace(site, start=0, end=0, rule=rule) for site in self.context.sites]

    def _keep(self, days: Sequence[Day], sites: Sequence[Site]) -> None:
        real = [day for day in days if not day.said]
        said = [day for day in days if day.said]
        self.context.day = real[-1] if real else self.context.day
        self.context.said = said[-1] if said else self.context.said
        targets = tuple(site for site in sites if site.role == "target" and not site.country)
        self.context.sites = targets or self.context.sites

    def _days(self, sentence: Sentence, spans: list[Span]) -> list[Day]:
        days = days_in(sentence, spans, self.language)
        clock = self.language["settings.clock"].search(sentence.text)
        if not days and clock and self.published and self.context.day is None:
            rule = "a time of day without a day is of the day of publication"
            days = [Day(clock.start(), clock.end(), self.published.isoformat(), rule=rule)]
        return days

    def _stretch(self, sentence: Sentence) -> Iterator[Day]:
        """The days that a sum goes over, where the words tell since when."""
        if self.published is None:
            return
        starts = {
            "sentences.since_year": self.published.replace(month=1, day=1),
            "sentences.week": self.published - timedelta(days=7),
        }
        for name, start in starts.items():
            match = self.language[name].search(sentence.text)
            if match:
                edtf = f"{start.isoformat()}/{self.published.isoformat()}"
                yield Day(
                    match.start(), match.end(), edtf, rule=f'"{match.group()}" up to publication'
                )
                return


def _dated(sites: Sequence[Site], days: Sequence[Day]) -> list[Site]:
    """The places, each with the day beside it where a sentence tells of several."""
    real = [day for day in days if not day.said]
    if len(real) < 2:
        return list(sites)
    found = []
    for site in sites:
        before = [day for day in real if day.start < site.start]
        found.append(replace(site, day=(before[-1] if before else real[0]).edtf))
    return found


class _Scene:
    """One sentence with all that is known of it."""

    def __init__(
        self,
        reader: Reader,
        number: int,
        sentence: Sentence,
        spans: list[Span],
        sites: list[Site],
        days: list[Day],
        speaker: Speaker | None,
        summed: bool,
    ) -> None:
        self.reader, self.number, self.sentence, self.speaker = reader, number, sentence, speaker
        self.sites, self.days, self.summed = sites, days, summed
        self.language = reader.language
        self.marks = marks_in(sentence, spans, self.language)
        groups = groups_in(sentence.text, self.marks, self.language)
        figures = figures_in(sentence.text, self.marks, groups, self.language)
        self.figures = [one for one in split_both(figures) if not self._unreal(one)]
        self.attacker = attacker_in(sentence.text, self.language)
        admits = any(span.kind is Kind.STANCE and span.value == Stance.ADMITS for span in spans)
        self.stance = Stance.ADMITS if admits and speaker else Stance.ASSERTS

    def statements(self) -> Iterator[Statement]:
        """The figures with their settings, totals and what "all" stands for included."""
        own = self._own_sites()
        weapon: Weapon | None = None
        for place, figure in enumerate(self.figures):
            group = figure.group
            before = weapon or self._named_before(group) or self.reader.context.weapon
            weapon = self._weapon(group, before)
            if not own.get(place) and (group.part or self._lost(place, own)):
                continue
            told = self._told(figure, weapon if _is_of_munitions(figure) else None, place, own)
            if group.every:
                yield from self._all(told)
                continue
            yield from self._with_total(told)
        self.reader.context.weapon = weapon or self.reader.context.weapon

    def _weapon(self, group: Group, before: Weapon | None) -> Weapon | None:
        """What a number without a noun of its own counts: the munitions named last."""
        if group.weapon is None or group.weapon.named is None:
            return before
        return group.weapon

    def _lost(self, place: int, own: dict[int, tuple[Site, ...]]) -> bool:
        """Whether a number of a list has a place that was not recognised, unlike those before."""
        before = self.figures[place - 1] if place else None
        role = self.figures[place].role
        return bool(
            before and own.get(place - 1) and before.role == role and _is_of_munitions(before)
        )

    def _named_before(self, group: Group) -> Weapon | None:
        """The munitions last named in the sentence before a number."""
        before = [one.value for one in self.marks if one.end <= group.start]
        named = (one for one in before[::-1] if isinstance(one, Weapon) and one.named)
        return next(named, None)

    def _told(
        self, figure: Figure, weapon: Weapon | None, place: int, own: dict[int, tuple[Site, ...]]
    ) -> Statement:
        start, day = self.sentence.start, self._day(figure.group)
        sites = (one for one in own.get(place, ()) if one.day is None or _fits(one.day, day))
        return Statement(
            figure=figure,
            weapon=weapon,
            start=start,
            end=self.sentence.end,
            speaker=self.speaker,
            day=day,
            sites=tuple(sites),
            attacker=self.attacker,
            stance=self.stance,
            summed=self.summed,
        )

    def _with_total(self, told: Statement) -> Iterator[Statement]:
        yield self._noted(told)
        group = told.figure.group
        if group.total is not None and told.figure.role in LOSSES:
            whole = replace(group, quantity=group.total, total=None)
            words = self.sentence.text[group.start : group.end]
            yield self._noted(replace(told, figure=Figure("launched", whole, words)))

    def _noted(self, told: Statement) -> Statement:
        if told.figure.role == "launched":
            self.reader.context.launched.append((self.number, self.sentence, told))
        return told

    def _all(self, told: Statement) -> Iterator[Statement]:
        """What "all" says of the munitions launched before, in words that hold their number."""
        if told.figure.role not in LOSSES:
            return
        class_ = told.figure.group.weapon.class_ if told.figure.group.weapon else None
        launched = self.reader.context.launched[-MOST_AT_ONCE:]
        near = [one for one in launched if one[0] >= self.number - REACH]
        last = near[-1][0] if near else None
        for number, sentence, before in near:
            known = before.weapon.class_ if before.weapon else None
            if number == last and (class_ is None or known is None or class_ == known):
                group = replace(before.figure.group, total=None)
                figure = Figure(told.figure.role, group, told.figure.words)
                start = min(sentence.start, told.start)
                same = replace(told, figure=figure, weapon=before.weapon, start=start)
                yield replace(
                    same,
                    day=told.day or before.day,
                    sites=told.sites or before.sites,
                    attacker=told.attacker or before.attacker,
                )

    def _day(self, group: Group) -> Day | None:
        """The day of a number: the one behind it where there are several, else the only one."""
        real = [day for day in self.days if not day.said]
        if real:
            return min(real, key=lambda day: self._apart(day, group))
        return self._day_before()

    def _apart(self, day: Day, group: Group) -> float:
        """How far a day stands from a number: boundaries and other numbers between count most."""
        start, end = sorted((day.start, group.start))
        first = day.end if day.start < group.start else group.end
        between = [one for one in self.marks if first <= one.start and one.end <= end]
        others = [one for one in self.figures if first <= one.group.start < end]
        return crossing(between) + len(others) + (end - start) / 100

    def _day_before(self) -> Day | None:
        """The day of an earlier sentence, or that of saying where no other is near."""
        said = next((day for day in self.days if day.said), None)
        before = self.reader.context.day
        said = said or (self.reader.context.said if before is None else None)
        if said and (before is None or said.edtf not in before.edtf):
            return replace(said, rule="the day on which it was said; none other is named")
        if before is None:
            return None
        rule = "the day that an earlier sentence names"
        return replace(before, rule=f"{rule}; {before.rule}" if before.rule else rule)

    def _own_sites(self) -> dict[int, tuple[Site, ...]]:
        """The places of each figure: its own where several have some, else all of the sentence."""
        own = dict(enumerate(self._sites_beside())) if self.figures else {}
        parts = [place for place, one in enumerate(self.figures) if one.group.part and own[place]]
        having = [place for place in own if own[place]]
        apart = len({self.figures[place].group.start for place in having}) > 1
        for place, figure in enumerate(self.figures):
            if figure.group.each and own[place] and not apart:
                return {place: own[place] for place in own}
        if not parts and not apart:
            return {place: tuple(self.sites) for place in own}
        return {place: own[place] or self._borrowed(place, own) for place in own}

    def _sites_beside(self) -> Iterator[tuple[Site, ...]]:
        """The places behind each figure, or before each where the sentence begins with one."""
        named = [site for site in self.sites if site.end > 0]
        starts = [one.group.start for one in self.figures]
        ends = [one.group.end for one in self.figures]
        if named and named[0].end <= starts[0] and named[-1].start < starts[-1] and len(named) > 1:
            stretches = zip([0, *ends], starts, strict=False)
        else:
            stretches = zip(ends, [*starts[1:], len(self.sentence.text)], strict=True)
        for start, end in stretches:
            yield tuple(site for site in named if start <= site.start < end)

    def _borrowed(self, place: int, own: dict[int, tuple[Site, ...]]) -> tuple[Site, ...]:
        """The places of the number that one without any is told together with."""
        lead = tuple(site for site in self.sites if site.end <= self.figures[0].group.start)
        following = place + 1
        if following < len(self.figures) and not self.figures[following].group.part:
            start, end = self.figures[place].group.end, self.figures[following].group.start
            between = [one.sign for one in self.marks if start <= one.start and one.end <= end]
            if Sign.STRONG not in between and Sign.VERB not in between:
                return own[following] or lead
        return lead

    def _unreal(self, figure: Figure) -> bool:
        """Whether what is told is denied, threatened, planned or possible."""
        start = 0
        for mark in self.marks:
            if mark.sign is Sign.STRONG and mark.end <= figure.group.start:
                start = mark.end
        told = self.sentence.text[start : figure.group.end + 60]
        match = self.language["sentences.unreal"].search(told)
        return match is not None and match.start() < figure.group.end - start + 20


def _fits(edtf: str, day: Day | None) -> bool:
    return day is None or day.edtf == edtf


def _is_of_munitions(figure: Figure) -> bool:
    return figure.role in ("launched", *LOSSES)
