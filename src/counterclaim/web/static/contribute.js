/* The contribute page: words are chosen in the text by mouse, touch or keyboard, what is typed is
   checked after each pause, and a copy of the draft stays on this device until it is sent. The
   form does the same step by step without this. */

const KEPT = "counterclaim:draft";
const PAUSE_MS = 500;
const NOT_KEPT = new Set(["csrf", "key", "do", "accept", "words", "words_start", "words_end"]);

const byId = (id) => document.getElementById(id);
/* What is chosen: {start, end}, in code points of the text. */
let words = null;
/* Where the choice of sentences began, and where it ends. */
let anchor = 0;
let active = 0;
let pause = 0;
/* What ends a check that a newer one overtook. */
let latest = null;

/* The copy on this device */

function keep() {
  const begun = byId("begin");
  const kept = { at: new Date().toISOString() };
  if (byId("work")) {
    const fields = [...new FormData(byId("work"))].filter(([name]) => !NOT_KEPT.has(name));
    kept.fields = new URLSearchParams(fields).toString();
  } else if (begun) {
    kept.text = begun.elements.text.value;
  }
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // A full or forbidden storage: the page works on, without a copy.
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function forget() {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // Nothing could be kept there either.
  }
}

async function restore() {
  const begun = byId("begin");
  const copy = kept();
  if (!begun || !copy) return;
  if (copy.text && !begun.elements.text.value) begun.elements.text.value = copy.text;
  if (!copy.fields) return;
  byId("restore").hidden = false;
  const fields = new URLSearchParams(copy.fields);
  fields.set("csrf", begun.elements.csrf.value);
  fields.set("do", "check");
  const page = await post(begun.action, fields).catch(() => null);
  byId("restore").hidden = true;
  if (!page?.getElementById("work")) return;
  document.documentElement.className = page.documentElement.className;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  begin();
  const when = new Date(copy.at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
  tell(`This is what you had begun, as it was on ${when}.`);
}

function tell(words) {
  const note = byId("note");
  note.querySelector("[data-told]").textContent = words;
  note.hidden = false;
}

/* Steps and checks: the form is sent, and parts of the page that comes back are put in place. */

async function post(action, fields, signal) {
  const body = new URLSearchParams([...fields].filter(([, value]) => typeof value === "string"));
  const answer = await fetch(action, {
    method: "POST",
    headers: { Accept: "text/html" },
    body,
    signal,
  });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function take(step, also = {}) {
  const form = byId("work");
  const fields = new FormData(form);
  for (const [name, value] of Object.entries({ do: step, ...also })) fields.set(name, value);
  latest?.abort();
  clearTimeout(pause);
  form.setAttribute("aria-busy", "true");
  const page = await post(form.action, fields).catch(() => null);
  form.removeAttribute("aria-busy");
  const made = page?.getElementById("work");
  if (!made) return failed(page);
  const focused = document.activeElement?.id;
  const opened = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  form.replaceWith(made);
  const begun = /^(quote|take)\b/.test(step);
  for (const id of opened) if (!begun && byId(id)) byId(id).open = true;
  begin();
  keep();
  place(step, focused);
}

function place(step, focused) {
  const [kind, name] = step.split(/:(.*)/s);
  if (kind === "quote" || kind === "edit" || kind === "take") return byId("claim")?.focus();
  if (kind === "dismiss" || kind === "propose") return goToProposal(beside);
  if (kind === "put") return byId(name.split("=")[0])?.focus();
  if (kind === "new") return document.querySelector(`#new-${name.split(":")[0]} select`)?.focus();
  if (kind === "row") {
    const rows = [...(byId(`group-${name}`) ?? byId("group-more")).querySelectorAll("input:not([type=hidden])")];
    const blank = rows.findLastIndex((one) => one.value);
    return rows.find((one, at) => at > blank && !one.value && !one.closest("details:not([open])"))?.focus();
  }
  (byId(focused) ?? byId("claims-title"))?.focus();
}

async function check() {
  latest?.abort();
  const mine = (latest = new AbortController());
  const form = byId("work");
  const fields = new FormData(form);
  fields.set("do", "live");
  byId("checks-said").classList.add("waiting");
  const page = await post(form.action, fields, mine.signal).catch(() => null);
  if (mine.signal.aborted || !byId("work")) return;
  byId("checks-said").classList.remove("waiting");
  if (!page?.getElementById("work")) return failed(page);
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const here = byId(fresh.id);
    if (!here || here.contains(document.activeElement)) continue;
    if (fresh.dataset.state) {
      renewProposals(here, fresh, page);
      continue;
    }
    if (here.innerHTML !== fresh.innerHTML) here.replaceChildren(...fresh.childNodes);
    show(here);
  }
}

function show(slot) {
  if (!slot.id.endsWith("!")) return;
  const field = byId(slot.id.slice(0, -1));
  const wrong = slot.childElementCount > 0;
  if (wrong) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
  for (let at = wrong && slot.closest("details"); at; at = at.parentElement.closest("details")) {
    at.open = true;
  }
}

function failed(page) {
  const why = page?.querySelector("main h1")?.textContent ?? "The server does not answer";
  const said = document.createElement("p");
  said.className = "notice bad";
  said.textContent = `${why}. What you typed is kept on this device: reload the page and go on.`;
  byId("checks").replaceChildren(said);
}

/* What is proposed: arrow keys go through the list, its words are pointed out in the text. */

/* Where in the list the one stood that was dismissed last. */
let beside = 0;

const proposals = () => [...document.querySelectorAll("#proposals [data-take]")];
const proposalOf = (node) => node.closest?.("[data-proposal]");

function goToProposal(at) {
  const all = proposals();
  byId("proposals").open = true;
  (all[Math.max(0, Math.min(at, all.length - 1))] ?? byId("proposals").querySelector("summary")).focus();
}

function renewProposals(here, fresh, page) {
  if (here.dataset.state === fresh.dataset.state) return;
  const open = byId("proposals").open;
  here.dataset.state = fresh.dataset.state;
  here.replaceChildren(...fresh.childNodes);
  byId("proposals").open = open;
  for (const one of here.querySelectorAll("[data-scripted]")) one.hidden = false;
  if (!choosing()) byId("text").replaceChildren(...page.getElementById("text").childNodes);
}

function pointOut(name) {
  for (const mark of document.querySelectorAll("mark[data-proposals]")) {
    mark.classList.toggle("current", mark.dataset.proposals.split(" ").includes(name));
  }
}

document.addEventListener("keydown", (event) => {
  const one = proposalOf(event.target);
  const at = one ? proposals().findIndex((button) => one.contains(button)) : -1;
  if (at < 0) return;
  if (event.key === "ArrowDown") goToProposal(at + 1);
  else if (event.key === "ArrowUp") goToProposal(at - 1);
  else if (event.key === "Delete") one.querySelector("[data-dismiss]").click();
  else return;
  event.preventDefault();
});

for (const kind of ["focusin", "mouseover"]) {
  document.addEventListener(kind, (event) => {
    if (byId("proposals")) pointOut(proposalOf(event.target)?.dataset.proposal);
  });
}

/* Words by mouse and touch */

function selected() {
  const selection = getSelection();
  const text = byId("text");
  if (!text || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(text)) return null;
  const pieces = [...text.querySelectorAll("[data-at]")].filter((one) => range.intersectsNode(one));
  if (!pieces.length) return null;
  const length = (piece, node, offset, whole) => {
    const inside = piece.contains(node) && node.nodeType === Node.TEXT_NODE;
    return [...piece.textContent.slice(0, inside ? offset : whole)].length;
  };
  const [first, last] = [pieces[0], pieces.at(-1)];
  const start = Number(first.dataset.at) + length(first, range.startContainer, range.startOffset, 0);
  const end = Number(last.dataset.at) + length(last, range.endContainer, range.endOffset, Infinity);
  return start < end ? { start, end, count: String(selection).trim().split(/\s+/).length } : null;
}

function choose(found) {
  words = found;
  const button = document.querySelector("[data-open-words]");
  if (!button) return;
  button.disabled = !found;
  const count = found ? `${found.count} word${found.count === 1 ? "" : "s"}` : "the words";
  button.textContent = `Make a claim of ${count}`;
}

function openWords() {
  if (words) take("quote", { words_start: words.start, words_end: words.end });
}

/* Sentences by keyboard: while it is on, the text is a list to choose from. */

const sentences = () => [...document.querySelectorAll("#text .sentence")];
const choosing = () => byId("text")?.getAttribute("role") === "listbox";

function startChoosing() {
  const text = byId("text");
  text.setAttribute("role", "listbox");
  text.setAttribute("aria-multiselectable", "true");
  text.setAttribute("aria-label", "Sentences of the text");
  text.tabIndex = 0;
  for (const paragraph of text.children) paragraph.setAttribute("role", "presentation");
  sentences().forEach((one, at) => {
    one.id = `sentence-${at}`;
    one.setAttribute("role", "option");
  });
  document.querySelector("[data-keyboard]").setAttribute("aria-pressed", "true");
  text.focus();
  goTo(Math.min(active, sentences().length - 1), false);
}

function stopChoosing() {
  const text = byId("text");
  for (const name of ["role", "aria-multiselectable", "aria-label", "aria-activedescendant", "tabindex"]) {
    text.removeAttribute(name);
  }
  for (const paragraph of text.children) paragraph.removeAttribute("role");
  for (const one of sentences()) {
    one.removeAttribute("role");
    one.removeAttribute("aria-selected");
    one.classList.remove("chosen");
  }
  choose(null);
  const button = document.querySelector("[data-keyboard]");
  button.setAttribute("aria-pressed", "false");
  button.focus();
}

function goTo(at, extend) {
  const all = sentences();
  active = Math.max(0, Math.min(at, all.length - 1));
  if (!extend) anchor = active;
  const [first, last] = [Math.min(anchor, active), Math.max(anchor, active)];
  all.forEach((one, place) => {
    const chosen = first <= place && place <= last;
    one.setAttribute("aria-selected", String(chosen));
    one.classList.toggle("chosen", chosen);
  });
  byId("text").setAttribute("aria-activedescendant", all[active].id);
  all[active].scrollIntoView({ block: "nearest" });
  const said = all.slice(first, last + 1).map((one) => one.textContent).join(" ");
  choose({
    start: Number(all[first].dataset.start),
    end: Number(all[last].dataset.end),
    count: said.trim().split(/\s+/).length,
  });
}

const MOVES = {
  ArrowDown: (at) => at + 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  ArrowLeft: (at) => at - 1,
  Home: () => 0,
  End: () => Infinity,
};

/* Events; the parts of the page come and go, so the document listens for them. */

document.addEventListener("keydown", (event) => {
  if (!choosing() || document.activeElement !== byId("text")) return;
  if (event.key in MOVES) goTo(MOVES[event.key](active), event.shiftKey);
  else if (event.key === "Enter") openWords();
  else if (event.key === "Escape") stopChoosing();
  else return;
  event.preventDefault();
});

document.addEventListener("selectionchange", () => {
  if (byId("text") && !choosing() && document.activeElement?.dataset.openWords === undefined) {
    choose(selected());
  }
});

document.addEventListener("mousedown", (event) => {
  // What is marked stays marked.
  if (event.target.closest("[data-open-words]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-words]")) openWords();
  if (event.target.dataset.fill && event.target.matches("button")) fill(event.target.dataset.fill);
  if (event.target.closest("[data-keyboard]")) choosing() ? stopChoosing() : startChoosing();
  const mark = event.target.closest("mark[data-claim]");
  if (mark && getSelection().isCollapsed && !choosing()) take(`edit:${mark.dataset.claim}`);
  const proposed = event.target.closest("mark[data-proposals]");
  if (proposed && getSelection().isCollapsed && !choosing()) {
    const [first] = proposed.dataset.proposals.split(" ");
    goToProposal(proposals().findIndex((button) => proposalOf(button).dataset.proposal === first));
  }
  if (event.target.closest("[data-dismiss]")) {
    beside = proposals().findIndex((button) => proposalOf(event.target).contains(button));
  }
  if (event.target.closest("[data-discard]")) {
    pause = 0;
    forget();
    location.assign(location.pathname);
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "work") return;
  const button = event.submitter;
  if (button?.value === "send" || button?.value === "sign-in") {
    keep();
    // A second click sends nothing more.
    setTimeout(() => (button.disabled = true));
    return;
  }
  event.preventDefault();
  take(button?.value ?? "check");
});

document.addEventListener("input", (event) => {
  if (event.target.form?.id === "begin") return keep();
  if (event.target.form?.id !== "work" || NOT_KEPT.has(event.target.name)) return;
  if (/^\/events\/\d+\/label$/.test(event.target.name)) {
    event.target.closest(".new-event").querySelector("[data-new-event]").checked = true;
  }
  clearTimeout(pause);
  pause = setTimeout(() => {
    keep();
    check();
  }, PAUSE_MS);
});

addEventListener("pagehide", () => pause && byId("work") && keep());

/* Numbers that were recognised go into the field for a number that was used last, or the first. */

const NUMBERS = "#claim input[list=numbers]";
let used = "";

function offerNumbers() {
  for (const tag of document.querySelectorAll("span.tag[data-fill]")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "tag", textContent: tag.textContent });
    Object.assign(button, { title: "Put it into the field for a number" });
    button.dataset.fill = tag.dataset.fill;
    tag.replaceWith(button);
  }
}

function fill(number) {
  const field = document.querySelector(`${NUMBERS}:focus`) ?? byId(used) ?? document.querySelector(NUMBERS);
  field.value = number;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches(NUMBERS)) used = event.target.id;
});

function begin() {
  offerNumbers();
  for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
  if (byId("paste")) byId("paste").open = false;
  choose(null);
}

if (document.querySelector("[data-recorded]")) forget();
begin();
if (byId("work") && location.search && kept()?.fields) {
  tell("Another text that you had begun is kept on this device; what you do here replaces it.");
  document.querySelector("[data-other]").hidden = false;
} else if (byId("work")) {
  keep();
}
restore();
