// <time-line>: bars of which a stretch is taken by dragging, or with the keyboard: the arrow keys
// move it, with Shift they widen and narrow it, Enter applies it, Escape drops it.
//
// Without this script each bar is a link to its own stretch.

const CLICK_PX = 4;

class TimeLine extends HTMLElement {
  connectedCallback() {
    if (this.brush) return;
    this.bars = [...this.querySelectorAll("[data-first]")];
    this.chart = this.querySelector("svg");
    if (this.bars.length < 2) return;
    for (const link of this.querySelectorAll("a")) link.setAttribute("tabindex", "-1");
    this.brush = document.createElement("div");
    this.brush.className = "brush";
    const wired = {
      tabindex: "0", role: "slider", "aria-orientation": "horizontal", "aria-valuemin": "1",
      "aria-valuemax": String(this.bars.length), "aria-label": "Stretch of time",
      "aria-description": "Arrow keys move it, Shift and arrow keys widen it, Enter applies it.",
    };
    for (const [name, value] of Object.entries(wired)) this.brush.setAttribute(name, value);
    this.window = Object.assign(document.createElement("span"), { className: "window", hidden: true });
    this.told = Object.assign(document.createElement("output"), { className: "stretch" });
    this.brush.append(this.window);
    this.append(this.brush, this.told);
    this.stretch(0, this.bars.length - 1, false);
    this.brush.addEventListener("keydown", (event) => this.press(event));
    this.brush.addEventListener("pointerdown", (event) => this.drag(event));
    this.brush.addEventListener("blur", () => this.stretch(0, this.bars.length - 1, false));
  }

  stretch(first, last, marked = true) {
    const end = this.bars.length - 1;
    [this.first, this.last] = [Math.max(0, Math.min(first, end)), Math.max(0, Math.min(last, end))];
    this.window.hidden = !marked;
    this.window.style.setProperty("left", `${(100 * this.first) / this.bars.length}%`);
    this.window.style.setProperty("width", `${(100 * (this.last - this.first + 1)) / this.bars.length}%`);
    const [from, to] = [this.bars[this.first].dataset.first, this.bars[this.last].dataset.last];
    const words = from === to ? from : `${from} to ${to}`;
    this.brush.setAttribute("aria-valuenow", String(this.first + 1));
    this.brush.setAttribute("aria-valuetext", words);
    this.told.textContent = marked ? `${words} · Enter applies` : "";
  }

  press(event) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (step) {
      const { first, last } = this;
      if (this.window.hidden) this.stretch(...(step > 0 ? [0, 0] : [this.bars.length - 1, this.bars.length - 1]));
      else if (event.shiftKey) this.stretch(first, Math.max(first, last + step));
      else if (first + step >= 0 && last + step < this.bars.length) this.stretch(first + step, last + step);
    } else if (event.key === "Enter" && !this.window.hidden) this.apply();
    else if (event.key === "Escape") this.stretch(0, this.bars.length - 1, false);
    else return;
    event.preventDefault();
  }

  barAt(x) {
    const { left, width } = this.chart.getBoundingClientRect();
    return Math.max(0, Math.min(this.bars.length - 1, Math.floor(((x - left) / width) * this.bars.length)));
  }

  drag(down) {
    if (down.button !== 0) return;
    const begin = this.barAt(down.clientX);
    this.brush.setPointerCapture(down.pointerId);
    const move = (event) => {
      const at = this.barAt(event.clientX);
      this.stretch(Math.min(begin, at), Math.max(begin, at));
    };
    const up = (event) => {
      this.brush.removeEventListener("pointermove", move);
      this.brush.removeEventListener("pointerup", up);
      if (Math.abs(event.clientX - down.clientX) >= CLICK_PX) this.apply();
      else this.stretch(begin, begin), this.apply();
    };
    this.brush.addEventListener("pointermove", move);
    this.brush.addEventListener("pointerup", up);
  }

  apply() {
    const form = document.getElementById("filters");
    form.elements.from.value = this.bars[this.first].dataset.first;
    form.elements.to.value = this.bars[this.last].dataset.last;
    form.requestSubmit();
  }
}

customElements.define("time-line", TimeLine);
