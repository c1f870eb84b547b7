// The first page: what has to be kept when its content is replaced.

let more = false;

document.addEventListener("htmx:before:swap", () => {
  more = document.querySelector("#filters details")?.open ?? false;
});

// Who opened further filters finds them open; whose focus went with what was replaced, a link that
// removed itself, say, goes on at the number found.
document.addEventListener("htmx:after:swap", () => {
  const details = document.querySelector("#filters details");
  if (details && more) details.open = true;
  if (document.activeElement === document.body) document.getElementById("many")?.focus({ preventScroll: true });
});
