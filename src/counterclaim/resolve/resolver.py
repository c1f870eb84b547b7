"""From claims to answers: the order in which the other modules of this package are asked."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from counterclaim.resolve.circumstances import find_circumstances
from counterclaim.resolve.clashes import Stand, find_clashes
from counterclaim.resolve.contradictions import implied, settle
from counterclaim.resolve.cuts import cut_figures
from counterclaim.resolve.equations import System, Variable
from counterclaim.resolve.figures import SILENT, show_figures, undetermined
from counterclaim.resolve.grades import assess, count_voices, positions
from counterclaim.resolve.intervals import Interval
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.lines import settle_lines
from counterclaim.resolve.people import people_equations
from counterclaim.resolve.policies import choose, find_policy
from counterclaim.resolve.summary import Dropped, Shared, Summary, in_words
from counterclaim.resolve.totals import add_up
from counterclaim.resolve.voices import by_voice, collect_ballots, find_voices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.resolve.circumstances import Circumstances
    from counterclaim.resolve.contradictions import Contradiction
    from counterclaim.resolve.cuts import Measure, Parties
    from counterclaim.resolve.equations import Equation
    from counterclaim.resolve.figures import Figures, Trace
    from counterclaim.resolve.inputs import Claim, Family
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.policies import Choice, Policy
    from counterclaim.resolve.voices import Ballots, Voices


def resolve(family: Family, policy: str = "graded") -> dict[str, Summary]:
    """Resolve every event of a family, by event id.

    The result depends on what is said, never on the order of the input.

    Raises:
        FilterError: There is no such policy.
    """
    resolution = _Resolution(family, policy)
    return {event: resolution.summary(event) for event in resolution.kinship.events}


def resolve_figures(family: Family, policy: str) -> Figures | None:
    """The figures of a single event alone; None where claims contradict each other.

    Raises:
        FilterError: There is no such policy.
    """
    resolution = _Resolution(family, policy)
    (figures,) = resolution.figures.values()
    return None if resolution.contradictions else figures


class _Resolution:
    """One run over one family: what its summaries share."""

    def __init__(self, family: Family, policy: str) -> None:
        self.family = family
        self.policy = policy
        self.kinship = Kinship(family)
        self.bearings = self.kinship.bearings(family.claims)
        self.voices = {e: find_voices(b.all) for e, b in self.bearings.items()}
        self.ballots = {e: collect_ballots(b.own, self.voices[e]) for e, b in self.bearings.items()}
        self.choices = dict(self._choices(find_policy(policy)))
        self.facts = {v: choice.carriers for v, choice in self.choices.items() if choice.carriers}
        self.contradictions: tuple[Contradiction, ...] = ()
        self.figures = self._unheard() or self._settle_apart() or self._settle_together()

    @cached_property
    def circumstances(self) -> Mapping[str, Circumstances]:
        """When and where each event took place, and between whom."""
        return find_circumstances(self.kinship, self.bearings, self.voices)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What each event is called."""
        return {event.id: event.label for event in self.family.events.values()}

    @cached_property
    def all_voices(self) -> Voices:
        """The voices of the whole family."""
        return next(iter(self.voices.values())) if self._alone else find_voices(self.family.claims)

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims of the family."""
        return {claim.id: claim for claim in self.family.claims}

    @property
    def _alone(self) -> bool:
        return len(self.kinship.events) == 1

    @cached_property
    def people(self) -> list[Equation]:
        """Which figures of people lie inside others."""
        return people_equations(self.kinship, self.facts, self.all_voices)

    @cached_property
    def system(self) -> System:
        """All equations of the family."""
        return System(self.kinship, self.choices, self.family.munitions, self.people)

    def _unheard(self) -> dict[str, Figures] | None:
        """The figures of a family of which nobody speaks who is heard: nothing follows."""
        if not self.choices or any(choice.voices for choice in self.choices.values()):
            return None
        figures: dict[str, Figures] = {event: {} for event in self.kinship.events}
        for variable in self.choices:
            figures[variable.event][variable.key] = SILENT
        return figures

    def _settle_apart(self) -> dict[str, Figures] | None:
        """The figures of an event that stands alone, where each munition stands alone too."""
        if not self._alone or self.people:
            return None
        (event,) = self.kinship.events
        choices = {variable.key: choice for variable, choice in self.choices.items()}
        figures = settle_lines(choices, self.family.munitions, partial(self._trace, event))
        return None if figures is None else {event: figures}

    def _trace(self, event: str, key: Key) -> Trace:
        return self._together[0][event][key].trace()

    def _settle_together(self) -> dict[str, Figures]:
        figures, self.contradictions = self._together
        return figures

    @cached_property
    def _together(self) -> tuple[dict[str, Figures], tuple[Contradiction, ...]]:
        """The figures of all events and the contradictions among them, by all equations."""
        state, contradictions = settle(self.facts, self.system)
        return show_figures(self.kinship, self.choices, state, self.system), contradictions

    def _choices(self, policy: Policy) -> Iterator[tuple[Variable, Choice]]:
        """The value of each figure of which some voice gave one, though it may not be heard."""
        for event, found in self.ballots.items():
            heard = self._heard(event, policy)
            for key in sorted(found):
                if found[key].given:
                    given = heard[key].given if key in heard else ()
                    yield Variable(event, key), choose(given, policy)

    def _heard(self, event: str, policy: Policy) -> Mapping[Key, Ballots]:
        """What the voices that a policy hears say of an event's figures."""
        if policy.side is None:
            return self.ballots[event]
        claims = filter(policy.hears, self.bearings[event].own)
        return collect_ballots(claims, self.voices[event])

    def summary(self, event: str) -> Summary:
        bearing, voices = self.bearings[event].all, self.voices[event]
        found, figures = self.circumstances[event], self.figures[event]
        contradictions = tuple([c for c in self.contradictions if event in c.events])
        parties = frozenset(filter(None, (found.attacker, found.defender)))
        standing = assess(
            bearing,
            voices,
            self.ballots[event].values(),
            parties,
            [self._at_odds(contradiction) for contradiction in contradictions],
            withdrawn=self.kinship.events[event].withdrawn,
        )
        return Summary(
            event=self.kinship.events[event],
            policy=self.policy,
            occurred=found.occurred,
            attacker=found.attacker,
            defender=found.defender,
            places=found.places,
            figures=figures,
            shared=self._shared(event),
            part_of=self.kinship.wholes[event],
            parts=self.kinship.parts[event],
            grade=standing.grade,
            disputed=standing.disputed,
            contradictions=contradictions,
            positions=positions(bearing, parties),
            voices=count_voices(bearing, voices),
            bearing=bearing,
            documents=len({claim.document for claim in bearing}),
            totals=add_up({k: f.interval for k, f in figures.items()}, self.family.munitions),
            measure=partial(self._measures, event),
            clashes=find_clashes(bearing, voices, self.ballots[event], self._between(event)),
            dropped=self._dropped(event),
            ballots=self.ballots[event],
            munitions=self.family.munitions,
            labels=self.labels,
        )

    def _measures(self, event: str) -> tuple[Measure, ...]:
        return cut_figures(self.figures[event], self.family.munitions, self._parties(event))

    def _shared(self, event: str) -> tuple[Shared, ...]:
        entries = []
        for whole in self.kinship.above(event):
            stated = [k for k, ballots in self.ballots[whole].items() if ballots.given]
            parts = [self.figures[part] for part in self.kinship.parts[whole]]
            figures = undetermined(sorted(stated), self.figures[whole], parts)
            if figures:
                entries.append(Shared(self.kinship.events[whole], figures))
        return tuple(entries)

    def _parties(self, event: str) -> dict[Key, Parties]:
        """Who gave each figure; of one that is derived, who made the claims it follows from."""
        found: dict[Key, Parties] = {}
        for key, figure in self.figures[event].items():
            ballots = self.ballots[event].get(key)
            given = [ballot.claim for ballot in ballots.given] if ballots else []
            behind = given or [self.by_id[claim] for claim in figure.claims]
            found[key] = frozenset([claim.party for claim in behind])
        return found

    def _between(self, event: str) -> Iterator[tuple[Contradiction, list[Stand], str]]:
        """The contradictions of an event in which several voices take part, with their words."""
        for found in self.contradictions:
            claims, voices = self._at_odds(found)
            if event in found.events and voices > 1:
                stands = [self._stand(found, said) for said in by_voice(claims, self.all_voices)]
                yield found, stands, in_words(found, self.labels)

    def _stand(self, found: Contradiction, said: list[Claim]) -> Stand:
        """What the claims of one voice alone make of the figure."""
        ids = tuple(claim.id for claim in said)
        value = implied(found.variable, ids, self.facts, self.system) or Interval()
        return Stand(said[0].side, said[0].claimant, *value, ids)

    def _dropped(self, event: str) -> tuple[Dropped, ...]:
        left_out = [(key, found.dropped) for key, found in self.ballots[event].items()]
        ordered = sorted([one for one in left_out if one[1]])
        return tuple([Dropped(key, *why) for key, dropped in ordered for why in dropped])

    def _at_odds(self, contradiction: Contradiction) -> tuple[list[Claim], int]:
        # Claims of other events may take part: their voices are those of the whole family.
        claims = [self.by_id[claim] for claim in contradiction.claims]
        return claims, len({self.all_voices[claim.id] for claim in claims})
