"""The closed lists of words that the store, the wire and the code share, each with its definition.

Values are lower snake_case and the same in the database, in JSON and in Python. The codebook page
is made from this module. ``acled`` and ``ucdp`` name the nearest term of those data sets, if any.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word of a closed list with its ``definition`` and its counterparts in other code books."""

    definition: str
    acled: str | None
    ucdp: str | None

    def __new__(
        cls, value: str, definition: str = "", acled: str | None = None, ucdp: str | None = None
    ) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.definition = definition
        member.acled = acled
        member.ucdp = ucdp
        return member


class SourceKind(Term):
    """What kind of speaker or publisher a source is."""

    STATE = "state", "A state as a whole, spoken of by its name or capital."
    GOVERNMENT = "government", "A government, presidency or cabinet."
    MINISTRY = "ministry", "A ministry or department of a government."
    ARMED_FORCE = "armed_force", "An armed force, a branch, command or unit of one."
    OFFICIAL = "official", "A person who speaks for an office: president, governor, spokesperson."
    ORGANISATION = "organisation", "An international organisation or alliance."
    OUTLET = "outlet", "A newspaper, broadcaster, site or channel that publishes."
    AGENCY = "agency", "A news agency."
    NGO = "ngo", "A non-governmental organisation or research group."
    DATA_SET = "data_set", "A published data set of events."
    GROUP = "group", "People named only as a group: diplomats, residents, experts."
    OTHER = "other", "None of the above."


class NameKind(Term):
    """How a name relates to what it names."""

    PREFERRED = "preferred", "The name to show in its language."
    ALIAS = "alias", "Another name in use."
    TRANSLITERATION = "transliteration", "A spelling in another script or by another system."
    MISSPELLING = "misspelling", "A spelling that is wrong and occurs in documents."
    CODE = "code", "A designation or code: NATO reporting name, index, ISO code."


class Reliability(Term):
    """How reliable a source is: Admiralty code, STANAG 2511, letters A to F."""

    A = "A", "Completely reliable."
    B = "B", "Usually reliable."
    C = "C", "Fairly reliable."
    D = "D", "Not usually reliable."
    E = "E", "Unreliable."
    F = "F", "Reliability cannot be judged; not the same as bad."


class Credibility(Term):
    """How credible one claim is: Admiralty code, STANAG 2511, digits 1 to 6."""

    CONFIRMED = "1", "Confirmed by other sources."
    PROBABLE = "2", "Probably true."
    POSSIBLE = "3", "Possibly true."
    DOUBTFUL = "4", "Doubtful."
    IMPROBABLE = "5", "Improbable."
    UNJUDGED = "6", "Truth cannot be judged; not the same as bad."


class MunitionCategory(Term):
    """What kind of weapon a munition is."""

    BALLISTIC_MISSILE = "ballistic_missile", "A missile on a mostly ballistic path."
    CRUISE_MISSILE = "cruise_missile", "A missile that flies under power, air-breathing or not."
    AIR_TO_SURFACE_MISSILE = "air_to_surface_missile", "A short-range missile from an aircraft."
    SURFACE_TO_AIR_MISSILE = "surface_to_air_missile", "An air-defence missile, in any use."
    ANTI_SHIP_MISSILE = "anti_ship_missile", "A missile made against ships, in any use."
    GUIDED_BOMB = "guided_bomb", "A bomb with guidance or glide kit."
    BOMB = "bomb", "A free-fall bomb."
    ROCKET = "rocket", "A rocket, guided or not, of a multiple launcher."
    ARTILLERY = "artillery", "A shell or mortar round."
    DRONE = "drone", "An uncrewed aerial vehicle, one-way attack drones included."
    SURFACE_DRONE = "surface_drone", "An uncrewed surface or underwater vehicle."
    LAUNCHER = "launcher", "A launching system named in place of what it fires."
    FAMILY = "family", "A group of munitions of more than one category."
    UNKNOWN = "unknown", "A munition of which no kind is known."


class PlaceKind(Term):
    """What kind of place a place is."""

    COUNTRY = "country", "A country or territory with an ISO 3166-1 code."
    REGION = "region", "A first-level subdivision, as in ISO 3166-2."
    DISTRICT = "district", "A second-level subdivision."
    CITY = "city", "A city."
    TOWN = "town", "A town."
    VILLAGE = "village", "A village or hamlet."
    AIRFIELD = "airfield", "An airfield or air base."
    FACILITY = "facility", "Another named site: factory, port, depot, power station."
    SEA = "sea", "A sea, bay or strait."
    AREA = "area", "An area without fixed bounds: a front, a direction, a part of a country."


class EventKind(Term):
    """What kind of event claims are about."""

    STRIKE = (
        "strike",
        "Munitions launched at a target from a distance.",
        "Explosions/Remote violence",
        "none of its own; part of any type of violence",
    )
    BATTLE = (
        "battle",
        "Armed forces fight each other.",
        "Battles",
        "state-based or non-state (1, 2)",
    )
    VIOLENCE_AGAINST_CIVILIANS = (
        "violence_against_civilians",
        "Force used on purpose against civilians.",
        "Violence against civilians",
        "one-sided violence (3)",
    )
    TERRITORY_CHANGE = (
        "territory_change",
        "A place is said to have changed hands.",
        "Battles: Government regains territory, Non-state actor overtakes territory",
    )
    DEPLOYMENT = (
        "deployment",
        "Forces or means are moved or received.",
        "Strategic developments",
    )
    STATEMENT = "statement", "Words that are themselves the event: a threat, a promise, a meeting."
    OTHER = "other", "None of the above."


class Scope(Term):
    """How much one event spans."""

    SINGLE = "single", "One event at one place and time.", None, "event_clarity 1"
    WAVE = "wave", "One night's or day's mass attack on many places."
    COLLECTION = (
        "collection",
        "Several events of which one claim speaks together.",
        None,
        "event_clarity 2",
    )


class ClaimKind(Term):
    """What a claim asserts something about."""

    OCCURRENCE = "occurrence", "That something happened: when, where, by whom, how many."
    MUNITION_FACT = "munition_fact", "A property of a munition: range, warhead, status."
    EVIDENCE = "evidence", "Evidence shown, or a judgement of evidence or of another claim."
    POSITION = "position", "What a party thinks of the event, says it is or refuses to say."
    CONTEXT = "context", "Words around the events: threats, promises, forecasts, background."


class Stance(Term):
    """How the claimant stands to what is said."""

    ASSERTS = "asserts", "Says that it is so."
    ADMITS = "admits", "Says that it is so, against its own interest."
    DENIES = "denies", "Says that it is not so."
    DECLINES = "declines", "Refuses to comment."
    THREATENS = "threatens", "Says that it will do harm."
    PROMISES = "promises", "Says that it will act."
    FORECASTS = "forecasts", "Says that it will, or is likely to, happen."


class Distribution(Term):
    """How a claim about a collection applies to its parts."""

    SINGLE = "single", "The claim is about the event itself."
    COLLECTIVE = "collective", "The figures belong to all parts together and count once."
    EACH = "each", "The claim holds for each part."


class Basis(Term):
    """Where a value comes from."""

    STATED = "stated", "Stands in the document."
    INFERRED = "inferred", "Concluded by the analyst under a rule that is named."
    COMPUTED = "computed", "Computed by a program from the document's own numbers."
    IMPORTED = "imported", "Taken from a row of a data set."


class Status(Term):
    """Where a claim is in its life."""

    PENDING = "pending", "Posted, not yet reviewed."
    ACCEPTED = "accepted", "Live: counts in answers."
    REJECTED = "rejected", "Refused at review; never counted."
    SUPERSEDED = "superseded", "Replaced by a later claim."
    RETRACTED = "retracted", "Withdrawn, with a reason; readable as a tombstone."


class AttributionRole(Term):
    """What a source does in the chain from the claimant to the document."""

    CLAIMANT = "claimant", "The root: to whom the assertion is attributed."
    SPOKESPERSON = "spokesperson", "Speaks for the claimant."
    RELAY = "relay", "Passes the claimant's words on."
    PUBLISHER = "publisher", "Publishes the document."


class Speech(Term):
    """How words are reported."""

    DIRECT = "direct", "In quotation marks."
    INDIRECT = "indirect", "Retold."
    MIXED = "mixed", "Retold with quoted words in it."
    UNATTRIBUTED = "unattributed", "In the document's own voice."


class PlaceRole(Term):
    """What happened at a claim's place."""

    TARGET = "target", "Where the attack was aimed or struck."
    LAUNCH = "launch", "From where it was launched."
    INTERCEPT = "intercept", "Where munitions were intercepted."
    DEBRIS = "debris", "Where debris fell."


class PlacePrecision(Term):
    """How precisely a claim's place is known."""

    EXACT = "exact", "The site itself.", "geo_precision 1", "where_prec 1"
    NEAR = "near", "At or near a settlement.", "geo_precision 1 or 2", "where_prec 1 or 2"
    DISTRICT = "district", "Within a district.", "geo_precision 2", "where_prec 3"
    REGION = "region", "Within a region or sea.", "geo_precision 3", "where_prec 4 or 5"
    COUNTRY = "country", "Within a country.", None, "where_prec 6 or 7"


class Precision(Term):
    """How long a stretch a date names."""

    INSTANT = "instant", "A second."
    DAY = "day", "A day.", "time_precision 1", "date_prec 1"
    MONTH = "month", "A month.", "time_precision 3", "date_prec 4"
    SEASON = "season", "A season or quarter."
    YEAR = "year", "A year.", None, "date_prec 5"
    DECADE = "decade", "Ten years."
    CENTURY = "century", "A hundred years."
    INTERVAL = "interval", "From one date to another, or one of several.", None, "date_prec 2, 3"
    UNKNOWN = "unknown", "Open at both ends."


class PlaceMethod(Term):
    """How a claim's coordinates came about."""

    GAZETTEER = "gazetteer", "The place's own coordinates."
    RELATIVE = "relative", "Computed from a distance and a bearing to another place."
    MEDIA_GEOLOCATION = "media_geolocation", "Found from photographs or video."
    SOURCE_COORDINATES = "source_coordinates", "Given by the source."


class Outcome(Term):
    """What became of munitions."""

    LAUNCHED = "launched", "Fired, whatever became of them."
    INTERCEPTED = "intercepted", "Destroyed by the defence."
    SUPPRESSED = "suppressed", "Lost to electronic warfare or off course by it."
    HIT = "hit", "Reached what they were aimed at."
    MISSED = "missed", "Came down without hitting, not intercepted."
    IN_FLIGHT = "in_flight", "Still in the air when the claim was made."
    UNACCOUNTED = "unaccounted", "Said to be unaccounted for."


class HarmStatus(Term):
    """Whether the people harmed were combatants."""

    MILITARY = "military", "Members of armed forces.", None, "deaths_a, deaths_b"
    CIVILIAN = "civilian", "Civilians.", None, "deaths_civilians"
    UNKNOWN = "unknown", "Not said.", "fatalities", "deaths_unknown, best"


class Harm(Term):
    """What happened to people."""

    KILLED = "killed", "Killed.", "fatalities", "best, low, high"
    INJURED = "injured", "Injured or wounded."
    MISSING = "missing", "Missing."
    CAPTURED = "captured", "Taken prisoner."


class Severity(Term):
    """How badly an object was damaged."""

    DAMAGED = "damaged", "Damaged."
    DESTROYED = "destroyed", "Destroyed."
    UNKNOWN = "unknown", "Hit or damaged to a degree that is not said."


class Judgement(Term):
    """Whether two events are one."""

    SAME = "same", "One event under two ids."
    DIFFERENT = "different", "Two events."
    UNSURE = "unsure", "Cannot be told."


class Grade(Term):
    """How well an event's occurrence is established, after Airwars."""

    CONFIRMED = (
        "confirmed",
        "Admitted by the side harmed or responsible, or a claim of credibility 1.",
    )
    FAIR = "fair", "Two or more independent voices."
    WEAK = "weak", "One voice."
    CONTESTED = "contested", "Voices of different sides contradict each other."
    DISCOUNTED = "discounted", "All that was said for it is refuted or retracted."


class Position(Term):
    """What one side has said of an event; the strongest counts."""

    ADMITS = "admits", "Says so against its own interest."
    ASSERTS = "asserts", "Says so."
    DENIES = "denies", "Says that it is not so."
    DECLINES = "declines", "Refuses to comment."
    SILENT = "silent", "Nothing that it said is on record."


class Match(Term):
    """How a filter meets an interval."""

    POSSIBLE = "possible", "The value may be so: the intervals overlap."
    CERTAIN = "certain", "The value must be so: the whole interval lies inside."


class KeyScope(Term):
    """What an API key may do."""

    READ = "read", "Read, where reads are not public."
    CONTRIBUTE = "contribute", "Post pending claims, documents and reference rows."
    REVIEW = "review", "Accept, reject, retract, supersede, assess and merge."
    ADMIN = "admin", "Everything, keys and redaction included."


class RowFate(Term):
    """What became of a row of an imported data set."""

    IMPORTED = "imported", "New claims were made of it."
    SUPERSEDING = "superseding", "It replaced what an earlier version said."
    UNCHANGED = "unchanged", "It says what the store holds already."
    REJECTED = "rejected", "It was refused, with a reason."


VOCABULARIES: tuple[type[Term], ...] = (
    EventKind, Scope, ClaimKind, Stance, Distribution, Basis, Status, Outcome, Harm, HarmStatus,
    Severity, Grade, Position, Precision, PlaceRole, PlacePrecision, PlaceMethod, PlaceKind,
    SourceKind, AttributionRole, Speech, Reliability, Credibility, MunitionCategory, NameKind,
    Judgement, Match, KeyScope, RowFate,
)  # fmt: skip
