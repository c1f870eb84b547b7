"""Reads what numbers count: "15 of the 20 drones", "all of them", "nine more", "five S-300"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from counterclaim.drafting.language import Verb
from counterclaim.drafting.marks import NOUNS, Mark, Sign, Weapon
from counterclaim.quantity import NumberSpan, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.drafting.language import Language

MOST_MODIFIERS = 5
_WORD = re.compile(r"[^\W_]+(?:[-–'’ʼ][^\W_]+)*")
_BETWEEN = re.compile(r"[\s«»“”„\"'(/\w–'’ʼ-]*")
_ASIDE = re.compile(r"[»”\"]?(?:\s*,[^,;:.]{1,60},\s*|\s*\([^)]{1,60}\)\s*|\s*)")


class Counted(StrEnum):
    """What a number counts; ``elided`` where the noun is left out."""

    MUNITIONS = "munitions"
    PEOPLE = "people"
    OBJECTS = "objects"
    KILLED = "killed"
    INJURED = "injured"
    BOTH = "both"
    ELIDED = "elided"


@dataclass(frozen=True, slots=True)
class Group:
    """A number with what it counts, at ``[start, end)`` of a sentence.

    ``total`` is of how many it is a part; ``every`` means all of what was counted before, without
    a number of its own; ``whole`` stands before its parts: "of 20 drones …". ``part`` is a number
    that an earlier one holds, ``again`` one that was said before, ``each`` one for each place.
    """

    start: int
    end: int
    counted: Counted
    quantity: Quantity | None
    noun: str = ""
    weapon: Weapon | None = None
    total: Quantity | None = None
    every: bool = False
    whole: bool = False
    part: bool = False
    again: bool = False
    each: bool = False
    article: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    counted: Counted
    end: int
    after: int
    noun: str = ""
    weapon: Weapon | None = None


_COUNTED = {
    Sign.MUNITION: Counted.MUNITIONS,
    Sign.PEOPLE: Counted.PEOPLE,
    Sign.OBJECT: Counted.OBJECTS,
}


_NAMED_FOR = (Sign.OTHER, Sign.OBJECT, Sign.PEOPLE)
_HARMED = {"killed": Counted.KILLED, "injured": Counted.INJURED}


class _Reader:
    """Reads the marks of one sentence from left to right."""

    def __init__(self, text: str, marks: Sequence[Mark], language: Language) -> None:
        self.text = text
        self.marks = marks
        self.language = language

    def mark(self, at: int) -> Mark | None:
        return self.marks[at] if 0 <= at < len(self.marks) else None

    def sign(self, at: int) -> Sign | None:
        mark = self.mark(at)
        return mark.sign if mark else None

    def gap(self, start: int, at: int) -> str:
        """The text from an offset to a mark, or to the end."""
        mark = self.mark(at)
        return self.text[start : mark.start if mark else len(self.text)]

    def read(self, at: int) -> tuple[Group | None, int]:
        """The group whose number or "all" stands at a place, and the place behind it."""
        mark = self.marks[at]
        if mark.sign is Sign.ALL:
            return self._read_all(at)
        if mark.sign is Sign.NONE:
            return self._read_none(mark), at + 1
        head = self._head(mark.end, at + 1)
        number = mark.value
        if head is None or not isinstance(number, NumberSpan) or not self._agrees(number, head):
            return None, at + 1
        words = self.text[mark.start : mark.end].lower()
        group = Group(
            start=mark.start,
            end=head.end,
            counted=head.counted,
            quantity=number.quantity,
            noun=head.noun,
            weapon=head.weapon,
            article=words in ("a", "an"),
            part=self._is_part(at),
            again=self._is_again(mark.start),
            each=self._is_each(at, head.after),
        )
        return self._with_total(group, at, head.after)

    def _read_none(self, mark: Mark) -> Group:
        said = self.text[mark.start : mark.end]
        counted = _HARMED.get(str(mark.value), Counted.BOTH)
        return Group(mark.start, mark.end, counted, Quantity(0, 0, said), noun=said)

    def _read_all(self, at: int) -> tuple[Group | None, int]:
        mark = self.marks[at]
        following = self.mark(at + 1)
        blank = not self.gap(mark.end, at + 1).strip()
        if following and following.sign is Sign.NUMBER and blank:
            return None, at + 1
        after = at + 1
        if following and following.sign is Sign.OF and blank:
            after += 1
        if self.sign(after) is Sign.THEM and not self.gap(self.marks[after - 1].end, after).strip():
            end = self.marks[after].end
            return Group(mark.start, end, Counted.ELIDED, None, every=True), after + 1
        head = self._head(self.marks[after - 1].end, after)
        if head is None or head.counted not in (Counted.MUNITIONS, Counted.ELIDED):
            return None, at + 1
        group = Group(mark.start, head.end, head.counted, None, weapon=head.weapon, every=True)
        return group, head.after

    def _head(self, start: int, at: int) -> _Head | None:
        """What is counted from an offset on; None where it is nothing that matters here."""
        mark = self.mark(at)
        gap = self.gap(start, at)
        if mark and isinstance(mark.value, Verb) and mark.value.weak and not gap.strip():
            start, at = mark.end, at + 1  # "20 launched drones"
            mark, gap = self.mark(at), self.gap(start, at)
        words = _WORD.findall(gap)
        plain = _BETWEEN.fullmatch(gap) is not None
        stop = next((n for n, one in enumerate(words) if self._stops(one)), None)
        content = [one for one in words[:stop] if not self._passes(one)]
        if mark and mark.sign in NOUNS and plain and stop is None and len(words) <= MOST_MODIFIERS:
            return self._noun(at)
        if content:
            return None
        return _Head(Counted.ELIDED, start, at)

    def _noun(self, at: int) -> _Head | None:
        mark = self.marks[at]
        if mark.sign is Sign.HARM:
            counted = _HARMED.get(str(mark.value), Counted.BOTH)
            return _Head(counted, mark.end, at + 1, self.text[mark.start : mark.end])
        if mark.sign is Sign.OTHER:
            return None
        if mark.sign is Sign.MUNITION:
            return self._munition(at)
        noun = self.text[mark.start : mark.end]
        return _Head(_COUNTED[mark.sign], mark.end, at + 1, noun)

    def _munition(self, at: int) -> _Head | None:
        """The munitions named beside each other: the type counts, of several kinds none."""
        weapons = [self.marks[at]]
        while self._continues(weapons[-1].end, at + len(weapons)):
            weapons.append(self.marks[at + len(weapons)])
        after = at + len(weapons)
        following = self.mark(after)
        named_for = following is not None and following.sign in _NAMED_FOR
        if named_for and not self.gap(weapons[-1].end, after).strip():
            return None
        values = [mark.value for mark in weapons if isinstance(mark.value, Weapon)]
        types = [one for one in values if one.type_]
        weapon = types[-1] if types and not self._others_follow(after) else values[0]
        class_ = next((one.class_ for one in values if one.class_), None)
        noun = self.text[weapons[0].start : weapons[-1].end]
        named = Weapon(weapon.named, class_, weapon.type_)
        return _Head(Counted.MUNITIONS, weapons[-1].end, after, noun, named)

    def _continues(self, end: int, at: int) -> bool:
        """Whether a further name of the same munitions follows: "missiles of the type X"."""
        gap = self.gap(end, at)
        words = _WORD.findall(gap)
        plain = _BETWEEN.fullmatch(gap) is not None and not any(map(self._stops, words))
        lower = all(word[0].islower() for word in words)
        return self.sign(at) is Sign.MUNITION and plain and lower and len(words) <= 3

    def _others_follow(self, at: int) -> bool:
        """Whether the same number also counts munitions of another kind: "drones X and Y"."""
        link, further = self.mark(at), self.mark(at + 1)
        return bool(
            link
            and further
            and link.sign in (Sign.JOINT, Sign.WEAK)
            and further.sign is Sign.MUNITION
            and not self.gap(link.end, at + 1).strip(' «“"')
            and self.sign(at + 2) is not Sign.VERB
        )

    def _agrees(self, number: NumberSpan, head: _Head) -> bool:
        """Whether number and noun fit: "7 missile and 96 air strikes" counts no missiles.

        Nobody is meant only where nothing stands between: "without reporting casualties" is not.
        """
        exact = number.quantity.exact
        if exact == 0 and head.counted is not Counted.ELIDED:
            return self.text[number.end : head.end].strip() == head.noun
        plural = self.language.source("nouns.plural")
        common = head.counted is Counted.MUNITIONS and head.noun.islower()
        return exact == 1 or not common or re.search(rf"(?:{plural})$", head.noun) is not None

    def _with_total(self, group: Group, at: int, after: int) -> tuple[Group | None, int]:
        before = self.mark(at - 1)
        opens = before is not None and before.sign is Sign.OF and self._opens(at - 1)
        if before and opens and not self.gap(before.end, at).strip():
            return replace(group, whole=True), after
        link = self.mark(after)
        if link and link.sign is Sign.AMONG and not self.gap(group.end, after).strip():
            return replace(group, again=True), after + 1  # "82 of whom"
        if link is None or link.sign is not Sign.OF:
            after_aside = self._behind_aside(group.end, after)
            if after_aside is None:
                return group, after
            after = after_aside
        elif not _ASIDE.fullmatch(self.gap(group.end, after)):
            return group, after
        return self._partitive(group, after)

    def _behind_aside(self, end: int, at: int) -> int | None:
        """The place of the "of" behind an aside: "three missiles, with a range of …, out of"."""
        for place in range(at, min(at + 4, len(self.marks))):
            if self.marks[place].sign is Sign.VERB:
                return None
            if self.marks[place].sign is Sign.OF and self.sign(place + 1) is Sign.NUMBER:
                return place if _ASIDE.fullmatch(self.gap(end, place)) else None
        return None

    def _partitive(self, group: Group, at: int) -> tuple[Group | None, int]:
        link, whole = self.marks[at], self.mark(at + 1)
        if whole is None or self.gap(link.end, at + 1).strip(' «“"'):
            return group, at
        if whole.sign is Sign.THEM:
            return replace(group, again=True), at + 2
        if whole.sign is Sign.NUMBER and isinstance(whole.value, NumberSpan):
            head = self._head(whole.end, at + 2)
            if head is None:
                return group, at + 1
            counted = group.counted if group.counted is not Counted.ELIDED else head.counted
            end, after = self._behind_participle(head)
            full = replace(
                group,
                end=end,
                counted=counted,
                weapon=group.weapon or head.weapon,
                noun=group.noun or head.noun,
                total=whole.value.quantity,
            )
            return full, after
        if whole.sign is Sign.MUNITION and group.counted is Counted.ELIDED:
            noun = self._munition(at + 1)
            if noun is None:
                return None, at + 1
            return replace(
                group, end=noun.end, counted=noun.counted, weapon=noun.weapon
            ), noun.after
        return group, at

    def _behind_participle(self, head: _Head) -> tuple[int, int]:
        """The end of a whole that is told to have been launched: "out of the five fired"."""
        mark = self.mark(head.after)
        launched = mark and isinstance(mark.value, Verb) and mark.value.role == "launched"
        if mark and launched and not self.gap(head.end, head.after).strip():
            return mark.end, head.after + 1
        return head.end, head.after

    def _opens(self, at: int) -> bool:
        """Whether a mark stands at the beginning of a clause."""
        before = self.mark(at - 1)
        start = before.end if before else 0
        boundary = before is None or before.sign in (Sign.STRONG, Sign.WEAK, Sign.JOINT)
        return boundary and not _WORD.search(self.gap(start, at))

    def _is_part(self, at: int) -> bool:
        before = self.mark(at - 1)
        return bool(
            before and before.sign is Sign.AMONG and not _WORD.search(self.gap(before.end, at))
        )

    def _is_again(self, start: int) -> bool:
        words = _WORD.findall(self.text[max(0, start - 20) : start])
        return bool(words and self.language["numbers.definite"].fullmatch(words[-1]))

    def _is_each(self, at: int, after: int) -> bool:
        before = self.mark(at - 1)
        return self.sign(after) is Sign.EACH or bool(
            before and before.sign is Sign.EACH_BEFORE and not self.gap(before.end, at).strip()
        )

    def _stops(self, word: str) -> bool:
        return self.language["numbers.stops"].fullmatch(word) is not None

    def _passes(self, word: str) -> bool:
        return self.language["numbers.passed"].fullmatch(word) is not None


def groups_in(text: str, marks: Sequence[Mark], language: Language) -> list[Group]:
    """The groups of a sentence in order; numbers of what does not matter here are left out."""
    reader = _Reader(text, marks, language)
    found: list[Group] = []
    at = 0
    while at < len(marks):
        if marks[at].sign in (Sign.NUMBER, Sign.ALL, Sign.NONE):
            group, at = reader.read(at)
            if group is not None:
                found.append(group)
        else:
            at += 1
    return found
