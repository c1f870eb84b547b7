/* The review queue by keyboard: j and k go from claim to claim, a accepts, r and m open what needs a
   reason, x selects, ? shows the keys. While something is typed no key does anything else. After a
   decision the focus is on the next claim. */

const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const claims = () => [...document.querySelectorAll("#queue article")];
/* The claims to go to when the queue comes back: the first that is there. */
let next = null;

function current() {
  const inside = document.activeElement?.closest("#queue article");
  return inside ?? claims()[0];
}

function focus(claim) {
  claim?.focus();
  claim?.scrollIntoView({ block: "start" });
}

function move(by) {
  const all = claims();
  const inside = document.activeElement?.closest("#queue article");
  focus(inside ? all[Math.max(0, Math.min(all.indexOf(inside) + by, all.length - 1))] : all[0]);
}

function open(claim, key) {
  const choice = claim?.querySelector(`details[data-key="${key}"]`);
  if (!choice) return;
  choice.open = true;
  choice.querySelector("textarea").focus();
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => current()?.querySelector('[data-key="a"]').click(),
  r: () => open(current(), "r"),
  m: () => open(current(), "m"),
  x: () => current()?.querySelector(".pick input").click(),
  "?": () => {
    const keys = document.getElementById("keys");
    if (keys) keys.open = !keys.open;
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.closest("details.choice")) {
    const choice = event.target.closest("details.choice");
    choice.open = false;
    return choice.querySelector("summary").focus();
  }
  if (event.target.matches(TYPED) || !(event.key in ACTIONS)) return;
  event.preventDefault();
  ACTIONS[event.key]();
});

document.addEventListener("submit", (event) => {
  const decided = event.target.closest("article");
  const all = claims();
  const following = all.slice(all.indexOf(decided) + 1);
  next = decided ? [...following, ...all.slice(0, all.indexOf(decided)).reverse()].map((one) => one.id) : [];
  next.unshift(...(decided && event.submitter?.value === "merge" ? [decided.id] : []));
}, true);

document.addEventListener("htmx:after:swap", () => {
  if (!next) return;
  const wrong = document.querySelector("#queue .deciding [aria-invalid], #queue details[open] textarea");
  const target = next.map((id) => document.getElementById(id)).find(Boolean) ?? claims()[0];
  if (wrong) wrong.focus();
  else if (target) focus(target);
  else document.querySelector("#queue h1")?.setAttribute("tabindex", "-1");
  next = null;
});
