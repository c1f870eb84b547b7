// The slider through the versions of an event, and the button that copies its citation.
const slider = document.querySelector(".slider");
const range = slider.querySelector("input");
const output = slider.querySelector("output");
const instants = slider.dataset.instants.split(" ");
const times = [...document.querySelectorAll(".versions time")].reverse();

function tell() {
  output.textContent = times[range.value].textContent;
  range.setAttribute("aria-valuetext", output.textContent);
}

if (instants.length > 1) {
  range.disabled = false;
  slider.classList.add("on");
  tell();
  range.addEventListener("input", tell);
  range.addEventListener("change", () => {
    const address = new URL(location.href);
    const last = Number(range.value) === instants.length - 1;
    if (last) address.searchParams.delete("known_at");
    else address.searchParams.set("known_at", instants[range.value]);
    address.hash = "history";
    location.assign(address);
  });
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}
