"""The English lexicon. A change of any interval is a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.quantity.lexicon import Bound, Lexicon

if TYPE_CHECKING:
    from counterclaim.quantity.lexicon import Ends

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

_PHRASES: dict[str, Ends] = {
    "no": (0, 0),
    "none": (0, 0),
    "no one": (0, 0),
    "nobody": (0, 0),
    "without": (0, 0),
    "another": (1, 1),
    "single": (1, 1),
    "a single": (1, 1),
    "a couple": (2, 2),
    "a couple of": (2, 2),
    "a pair": (2, 2),
    "a pair of": (2, 2),
    "both": (2, 2),
    "half a dozen": (6, 6),
    "half-dozen": (6, 6),
    "a half-dozen": (6, 6),
    "some": (2, None),
    "several": (2, None),
    "few": (2, None),
    "a few": (2, None),
    "a handful": (2, None),
    "a handful of": (2, None),
    "a number of": (2, None),
    "a series of": (2, None),
    "multiple": (2, None),
    "various": (2, None),
    "many": (2, None),
    "numerous": (2, None),
    "several dozen": (24, None),
    "a few dozen": (24, None),
    "dozens": (24, None),
    "dozens of": (24, None),
    "scores of": (40, None),
    "several hundred": (200, None),
    "a few hundred": (200, None),
    "hundreds": (200, None),
    "hundreds of": (200, None),
    "several thousand": (2_000, None),
    "a few thousand": (2_000, None),
    "thousands": (2_000, None),
    "thousands of": (2_000, None),
    "tens of thousands": (20_000, None),
    "tens of thousands of": (20_000, None),
    "hundreds of thousands": (200_000, None),
    "hundreds of thousands of": (200_000, None),
    "unknown": (None, None),
    "an unknown number": (None, None),
    "an unknown number of": (None, None),
    "an unspecified number": (None, None),
    "an unspecified number of": (None, None),
}

_BEFORE = {
    "at least": Bound.AT_LEAST,
    "no fewer than": Bound.AT_LEAST,
    "no less than": Bound.AT_LEAST,
    "not fewer than": Bound.AT_LEAST,
    "not less than": Bound.AT_LEAST,
    "a minimum of": Bound.AT_LEAST,
    "≥": Bound.AT_LEAST,
    "more than": Bound.MORE_THAN,
    "over": Bound.MORE_THAN,
    "upwards of": Bound.MORE_THAN,
    ">": Bound.MORE_THAN,
    "up to": Bound.AT_MOST,
    "at most": Bound.AT_MOST,
    "no more than": Bound.AT_MOST,
    "not more than": Bound.AT_MOST,
    "as many as": Bound.AT_MOST,
    "a maximum of": Bound.AT_MOST,
    "≤": Bound.AT_MOST,
    "fewer than": Bound.FEWER_THAN,
    "less than": Bound.FEWER_THAN,
    "under": Bound.FEWER_THAN,
    "<": Bound.FEWER_THAN,
    "about": Bound.ABOUT,
    "around": Bound.ABOUT,
    "approximately": Bound.ABOUT,
    "roughly": Bound.ABOUT,
    "some": Bound.ABOUT,
    "an estimated": Bound.ABOUT,
    "~": Bound.ABOUT,
    "nearly": Bound.NEARLY,
    "almost": Bound.NEARLY,
}

_AFTER = {
    "or more": Bound.AT_LEAST,
    "and more": Bound.AT_LEAST,
    "plus": Bound.AT_LEAST,
    "+": Bound.AT_LEAST,
    "or fewer": Bound.AT_MOST,
    "or less": Bound.AT_MOST,
    "or so": Bound.ABOUT,
}

_REGULAR_NOUNS = (
    "airfield airplane airport airstrike apartment attack base battery boat bomb "
    "bomber bridge building bullet bunker casualty city civilian post country car "
    "death decoy depot drone employee explosion facility factory fatality fighter fragment "
    "garage helicopter home hospital house image inhabitant injury interception journalist "
    "launch launcher medic mine missile mortar munition object officer patient "
    "photo photograph pilot place plane plant port projectile radar raid region resident "
    "rescuer rocket round salvo school settlement shell ship shop shot site soldier "
    "storey strike submarine substation system tank target town truck trooper uav ucav vehicle "
    "vessel victim video village volley warehouse warhead warplane wave weapon worker"
)
_IRREGULAR_NOUNS = {
    "aircraft": "aircraft",
    "child": "children",
    "fireman": "firemen",
    "man": "men",
    "person": "people",
    "policeman": "policemen",
    "serviceman": "servicemen",
    "spokesman": "spokesmen",
    "woman": "women",
}

_MODIFIERS = (
    "aerial air air-launched american american-made anti-aircraft anti-ship anti-tank armed "
    "armored armoured ballistic belgian british british-made captured cargo civil civilian "
    "cluster combat cruise damaged destroyed enemy experimental explosive fired french fpv "
    "german ground-launched guided heavy high-explosive hypersonic injured intercepted "
    "intermediate-range iranian jet kamikaze killed large launched long-range medium-range "
    "military modern multiple-launch naval new nuclear north korean of old one-way "
    "operational-tactical other passenger private residential russian sea-launched "
    "short-range small strategic surface-to-air tactical turbojet ukrainian unmanned western "
    "wounded young"
)

_MEASURES = {
    "km": "km kms kilometre kilometres kilometer kilometers",
    "m": "m metre metres meter meters",
    "mi": "mile miles mi",
    "kg": "kg kilogram kilograms kilogramme kilogrammes",
    "t": "tonne tonnes ton tons",
    "km/h": "km/h kph",
    "ha": "hectare hectares ha",
    "km2": "km² km2",
    "mm": "mm millimetre millimetres millimeter millimeters",
    "%": "% percent",
    "year": "year years yo",
    "month": "month months",
    "week": "week weeks",
    "day": "day days night nights",
    "hour": "hour hours hrs",
    "minute": "minute minutes",
    "degree": "° degree degrees",
    "money": "dollar dollars euro euros rouble roubles ruble rubles hryvnia hryvnias usd eur",
}

_STOPS = (
    "a about after against all also an and as at because been before between both but by during "
    "for from had has have he in into is it its near not of on or out over per said she since "
    "so such than that the their them they this those to under until was were when where which "
    "while who will with"
)

_MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)


_MODELS = "FAB Geran Gerbera KAB Ka Kh Lancet Mi MiG RM Shahed Su Tu"


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "sh", "ch", "x", "salvo")) else f"{noun}s"


ENGLISH = Lexicon(
    version="en-1",
    units={word: number for number, word in enumerate(_SMALL.split())},
    tens={word: 10 * number for number, word in enumerate(_TENS.split(), start=2)},
    scales={"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000},
    articles=frozenset({"a", "an"}),
    conjunction="and",
    phrases=_PHRASES,
    before=_BEFORE,
    after=_AFTER,
    ranges=(("between", "and"), ("from", "to")),
    joined_ranges=frozenset({"-", "to", "or"}),
    openers=frozenset(
        {"all", "all of", "all of the", "all the", "the", "a total of", "total of", "just", "only"}
    ),
    links=frozenset({"of", "of the", "of them", "in all", "in total"}),
    nouns={noun: _plural(noun) for noun in _REGULAR_NOUNS.split()} | _IRREGULAR_NOUNS,
    modifiers=frozenset(_MODIFIERS.split()),
    measures={word: unit for unit, words in _MEASURES.items() for word in words.split()}
    | {"per cent": "%"},
    stops=frozenset(_STOPS.split()),
    months=frozenset(_MONTHS.split())
    | {month.lower() for month in _MONTHS.split() if month not in {"Mar", "March", "May"}},
    named_models=frozenset(_MODELS.split()),
)
