// Pointing at a claim shows its words, and pointing at words the claims that stand on them.
const marks = [...document.querySelectorAll("mark")];
const notes = [...document.querySelectorAll(".notes li")];

function point(ids, on) {
  for (const mark of marks) {
    if (mark.dataset.quotes.split(" ").some((id) => ids.has(id))) mark.classList.toggle("pointed", on);
  }
  for (const note of notes) {
    if (ids.has(note.dataset.quote)) note.classList.toggle("pointed", on);
  }
}

function watch(element, ids) {
  for (const [begin, end] of [["pointerenter", "pointerleave"], ["focusin", "focusout"]]) {
    element.addEventListener(begin, () => point(ids, true));
    element.addEventListener(end, () => point(ids, false));
  }
}

for (const mark of marks) watch(mark, new Set(mark.dataset.quotes.split(" ")));
for (const note of notes) watch(note, new Set([note.dataset.quote]));
