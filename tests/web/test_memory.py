"""What is remembered of a state is made once, and what was longest not asked for is forgotten."""

from __future__ import annotations

from counterclaim.web import Memory


def test_a_value_is_made_once_and_the_oldest_is_forgotten() -> None:
    memory, made = Memory(most=2), list[str]()

    def recall(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key

        return memory.recall(key, make)

    assert [recall(key) for key in ("a", "a", "b", "a", "c", "a", "b")] == [*"aabacab"]
    assert made == ["a", "b", "c", "b"]
