// <name-box>: a text field that suggests names as one types, in any spelling or script.
//
// The combobox of the ARIA Authoring Practices: arrow keys move, Enter takes, Escape closes. Without
// a choice the text is sent as it was typed, which filters take as well.

const WAIT_MS = 120;
let boxes = 0;

class NameBox extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.input = this.querySelector("input");
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `names-${++boxes}`, role: "listbox", hidden: true });
    this.list.setAttribute("aria-label", "Suggestions");
    this.append(this.list);
    const wired = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(wired)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    // The field keeps the focus while an option is pressed.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    const text = this.input.value.trim();
    this.asking?.abort();
    if (!text) return this.close();
    this.asking = new AbortController();
    const query = new URLSearchParams({ what: this.dataset.what, q: text });
    try {
      const answer = await fetch(`${this.dataset.root}/suggest?${query}`, { signal: this.asking.signal });
      if (answer.ok && document.activeElement === this.input) this.show((await answer.json()).items);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
    return undefined;
  }

  show(items) {
    this.list.replaceChildren(...items.map((item, at) => this.option(item, at)));
    this.list.hidden = items.length === 0;
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    this.choose(null);
  }

  option({ key, name, spelling, lang, note }, at) {
    const option = document.createElement("li");
    Object.assign(option, { id: `${this.list.id}-${at}`, role: "option" });
    option.dataset.key = key;
    option.append(name);
    if (spelling) {
      const other = Object.assign(document.createElement("bdi"), { textContent: spelling });
      if (lang) other.lang = lang;
      option.append(" ", other);
    }
    option.append(Object.assign(document.createElement("small"), { textContent: note.replaceAll("_", " ") }));
    return option;
  }

  press(event) {
    const options = [...this.list.children];
    const at = options.indexOf(this.chosen);
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? options.length - 1 : at - 1 };
    if (event.key in moves && options.length && !this.list.hidden) {
      event.preventDefault();
      this.choose(options[(moves[event.key] + options.length) % options.length]);
    } else if (event.key === "Enter" && this.chosen && !this.list.hidden) {
      event.preventDefault();
      this.take(this.chosen);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }

  choose(option) {
    this.chosen?.removeAttribute("aria-selected");
    this.chosen = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  take(option) {
    if (!option) return;
    this.input.value = option.dataset.key;
    this.close();
    this.input.form.requestSubmit();
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(null);
  }
}

customElements.define("name-box", NameBox);
