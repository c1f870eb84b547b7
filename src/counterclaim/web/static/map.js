// <event-map>: the events of a filter on a map of coastlines, in clusters that the server makes.
//
// What is to be shown stands in #shown, which comes anew with every answer; the map stays. Where it
// looks is kept in the address as map=zoom/latitude/longitude.

const CELL_PX = 64;
const WORLD_PX = 512;
const NEAREST = 16;
// In degrees: what lies nearer is listed, not zoomed to.
const DRAWN_APART = 1e-4;
const EARTH_M = 6371008.8;

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class EventMap extends HTMLElement {
  connectedCallback() {
    if (this.started) return;
    this.started = true;
    this.start().catch((error) => this.giveUp(error));
  }

  // Moved within the page it stays what it is.
  connectedMoveCallback() {}

  disconnectedCallback() {
    setTimeout(() => {
      if (this.isConnected || !this.started) return;
      this.leaving?.abort();
      this.map?.remove();
    });
  }

  async start() {
    this.leaving = new AbortController();
    this.message("Loading the map …");
    const [maplibre, land] = await Promise.all([
      import("./lib/maplibre-gl.mjs"),
      fetch(`${this.dataset.root}/static/lib/land.json`).then((answer) => answer.json()),
    ]);
    this.lib = maplibre.Map ? maplibre : maplibre.default;
    this.frame = Object.assign(document.createElement("div"), { className: "canvas" });
    this.append(this.frame);
    this.map = new this.lib.Map({
      container: this.frame,
      style: this.styleWith(unrolled(topojson.feature(land, land.objects.land))),
      ...this.placeAtFirst(),
      maxZoom: NEAREST,
      renderWorldCopies: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: this.hasAttribute("data-fixed"),
      attributionControl: false,
      fadeDuration: 0,
    });
    this.map.getCanvas().setAttribute("aria-label", "Map: arrow keys move it, plus and minus zoom");
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new this.lib.NavigationControl({ showCompass: false }));
    this.map.addControl(new this.lib.ScaleControl());
    this.markers = new Map();
    this.map.on("load", () => this.message(""));
    this.map.on("moveend", (event) => this.moved(event));
    this.map.on("resize", () => this.fit(false));
    this.map.on("error", (event) => this.giveUp(event.error));
    this.follow();
    this.load();
  }

  // Look where the events are, again whenever others are to be shown.
  follow() {
    const { signal } = this.leaving;
    const options = { signal };
    document.addEventListener("htmx:after:swap", () => this.refresh(), options);
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("#frame")) this.listFrame();
    }, options);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint(), options);
    this.shown = this.query();
    this.pointed = this.state().pointed;
    this.offerFrame();
  }

  refresh() {
    this.offerFrame();
    const before = [this.shown, this.pointed].join();
    const { pointed, at } = this.state();
    this.shown = this.query();
    this.pointed = pointed;
    if (before === [this.shown, pointed].join()) return;
    this.popup?.remove();
    const place = this.placeInAddress();
    if (place) this.map.jumpTo(place);
    else if (at) this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), 7), animate: !calm() });
    else this.fit(!calm());
    this.load();
  }

  // All events in view, unless somebody looks elsewhere.
  fit(animate) {
    const elsewhere = this.placeInAddress() || this.state().at || !this.box();
    if (!elsewhere && this.clientWidth) this.map.fitBounds(this.box(), { padding: 48, maxZoom: 9, animate });
  }

  state() {
    const { pointed, at } = document.getElementById("shown")?.dataset ?? {};
    return { pointed, at: at?.split(",").map(Number) };
  }

  query() {
    return document.getElementById("shown")?.dataset.query ?? "";
  }

  box() {
    const edges = document.getElementById("shown")?.dataset.box?.split(",").map(Number);
    return edges && [edges.slice(0, 2), edges.slice(2)];
  }

  placeInAddress() {
    const given = new URLSearchParams(location.search).get("map");
    if (!given) return null;
    const [zoom, latitude, longitude] = given.split("/").map(Number);
    return { zoom, center: [longitude, Math.max(-85, Math.min(85, latitude))] };
  }

  placeAtFirst() {
    const place = this.placeInAddress();
    if (place) return place;
    const { at } = this.state();
    if (at) return { center: at, zoom: 7 };
    const bounds = this.box();
    return bounds ? { bounds, fitBoundsOptions: { padding: 48, maxZoom: 9 } } : { center: [20, 30], zoom: 1 };
  }

  moved({ originalEvent, byHand }) {
    if (originalEvent || byHand) this.keepPlace();
    this.load();
  }

  keepPlace() {
    const { lng, lat } = this.map.getCenter();
    const place = [this.map.getZoom().toFixed(2), lat.toFixed(4), lng.toFixed(4)].join("/");
    const given = location.search.slice(1).split("&");
    const rest = given.filter((pair) => pair && !pair.startsWith("map="));
    history.replaceState(history.state, "", `?${[...rest, `map=${place}`].join("&")}`);
  }

  // The frame of the map, widened to whole cells, so that a little step asks for nothing new.
  reach() {
    const zoom = Math.max(0, Math.round(this.map.getZoom()));
    const cell = (360 * CELL_PX) / (WORLD_PX * 2 ** zoom);
    const step = cell * 4;
    const bounds = this.map.getBounds();
    const down = (value) => Math.floor(value / step) * step;
    const up = (value) => Math.ceil(value / step) * step;
    const edges = [
      Math.max(-180, down(bounds.getWest())),
      Math.max(-90, down(bounds.getSouth())),
      Math.min(180, up(bounds.getEast())),
      Math.min(90, up(bounds.getNorth())),
    ];
    return { zoom, frame: edges.map((edge) => +edge.toFixed(6)).join(",") };
  }

  address(path, given) {
    const query = new URLSearchParams(given).toString();
    const asked = this.query();
    return `${this.dataset.root}${path}${asked}${asked === "?" ? "" : "&"}${query}`;
  }

  async load() {
    if (!this.query()) {
      this.loaded = null;
      return this.draw([]);
    }
    const address = this.address("/map.json", this.reach());
    if (address === this.loaded) return this.point();
    this.loaded = address;
    this.asking?.abort();
    this.asking = new AbortController();
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      if (!answer.ok) throw new Error(`The map's data did not come (${answer.status}).`);
      this.draw((await answer.json()).features);
      this.message("");
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      this.loaded = null;
      this.message("The map’s events did not come. Move the map to try again.");
    }
    this.removeAttribute("aria-busy");
    return undefined;
  }

  draw(features) {
    const wanted = new Map(features.map((one) => [JSON.stringify(one), one]));
    for (const [key, marker] of this.markers) {
      if (wanted.has(key)) continue;
      marker.remove();
      this.markers.delete(key);
    }
    const sized = [...wanted].sort(([, a], [, b]) => (b.properties.count ?? 1) - (a.properties.count ?? 1));
    for (const [key, feature] of sized) if (!this.markers.has(key)) this.markers.set(key, this.mark(feature));
    const events = features.filter((one) => one.properties.id && one.properties.uncertainty_m);
    const circles = { type: "FeatureCollection", features: events.map(circleAround) };
    this.whenStyled(() => this.map.getSource("circles").setData(circles));
    this.point();
  }

  whenStyled(act) {
    if (this.map.getSource("circles")) act();
    else this.map.once("load", act);
  }

  mark(feature) {
    const { count, id, label, date, disputed } = feature.properties;
    const button = document.createElement("button");
    button.type = "button";
    if (count) {
      button.className = `cluster ${count < 10 ? "few" : count < 100 ? "some" : count < 1000 ? "many" : "most"}`;
      button.textContent = count < 10000 ? count.toLocaleString("en") : `${Math.round(count / 1000)}k`;
      button.setAttribute("aria-label", `${count.toLocaleString("en")} events`);
    } else {
      button.className = `single${disputed ? " disputed" : ""}`;
      button.dataset.event = id;
      button.setAttribute("aria-label", `${label}, ${date}`);
    }
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      this.open(feature);
    });
    return new this.lib.Marker({ element: button }).setLngLat(feature.geometry.coordinates).addTo(this.map);
  }

  open(feature) {
    const { count, box } = feature.properties;
    if (!count) return this.tell(feature.geometry.coordinates, [feature], 1);
    const [west, south, east, north] = box;
    const apart = Math.max(east - west, north - south) > DRAWN_APART;
    if (apart && this.map.getZoom() < NEAREST - 1) {
      const nearer = { padding: 72, maxZoom: NEAREST, animate: !calm() };
      return this.map.fitBounds([[west, south], [east, north]], nearer, { byHand: true });
    }
    return this.list(feature);
  }

  // What cannot be drawn apart is listed.
  async list(feature) {
    const [west, south, east, north] = feature.properties.box;
    const frame = [west - 1e-6, south - 1e-6, east + 1e-6, north + 1e-6].map((edge) => edge.toFixed(7));
    const answer = await fetch(this.address("/map/events.json", { frame: frame.join(",") }));
    if (!answer.ok) return this.message("The events did not come. Try again.");
    const { features } = await answer.json();
    return this.tell(feature.geometry.coordinates, features, feature.properties.count);
  }

  tell(place, features, count) {
    const content = document.createElement("div");
    content.className = "events-here";
    const list = content.appendChild(document.createElement("ul"));
    for (const { properties } of features) {
      const item = list.appendChild(document.createElement("li"));
      const link = item.appendChild(document.createElement("a"));
      Object.assign(link, { href: properties.href, textContent: properties.label });
      if (this.hasAttribute("data-fixed")) link.target = "_blank";
      const told = [properties.date, properties.grade, properties.disputed ? "disputed" : ""];
      item.append(Object.assign(document.createElement("span"), { textContent: told.filter(Boolean).join(" · ") }));
    }
    if (count > features.length) {
      const rest = document.createElement("p");
      rest.textContent = `and ${(count - features.length).toLocaleString("en")} more`;
      content.append(rest);
    }
    this.popup?.remove();
    this.popup = new this.lib.Popup({ maxWidth: "20rem", offset: 14, focusAfterOpen: true });
    this.popup.setLngLat(place).setDOMContent(content).addTo(this.map);
  }

  // The event that is pointed out has a ring, whether it is drawn alone or within a cluster.
  point() {
    const { pointed, at } = this.state();
    this.ring?.remove();
    if (!pointed || !at) return;
    const ring = Object.assign(document.createElement("div"), { className: "ring" });
    this.ring = new this.lib.Marker({ element: ring }).setLngLat(at).addTo(this.map);
  }

  offerFrame() {
    const button = document.getElementById("frame");
    if (button) button.hidden = false;
  }

  // The list of what the map shows: the same filter within its frame.
  listFrame() {
    const form = document.getElementById("filters");
    const bounds = this.map.getBounds();
    const edges = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const limits = [-180, -90, 180, 90];
    const kept = edges.map((edge, at) => (at < 2 ? Math.max(edge, limits[at]) : Math.min(edge, limits[at])));
    form.querySelector("[name=bbox]")?.remove();
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "bbox" });
    field.value = kept.map((edge) => edge.toFixed(4)).join(",");
    form.append(field);
    form.requestSubmit();
  }

  styleWith(land) {
    const empty = { type: "FeatureCollection", features: [] };
    return {
      version: 8,
      sources: {
        land: { type: "geojson", data: land },
        circles: { type: "geojson", data: empty },
        degrees: { type: "geojson", data: graticule() },
      },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": token("--sea") } },
        { id: "land", type: "fill", source: "land", paint: { "fill-color": token("--land") } },
        { id: "degrees", type: "line", source: "degrees", paint: { "line-color": token("--coast"), "line-opacity": 0.22, "line-width": 0.6 } },
        { id: "coast", type: "line", source: "land", paint: { "line-color": token("--coast"), "line-width": 0.8 } },
        { id: "reach", type: "fill", source: "circles", paint: { "fill-color": token("--dot"), "fill-opacity": 0.1 } },
        { id: "edge", type: "line", source: "circles", paint: { "line-color": token("--dot"), "line-opacity": 0.55, "line-width": 1 } },
      ],
    };
  }

  repaint() {
    const paints = [
      ["sea", "background-color", "--sea"],
      ["land", "fill-color", "--land"],
      ["coast", "line-color", "--coast"],
      ["degrees", "line-color", "--coast"],
      ["reach", "fill-color", "--dot"],
      ["edge", "line-color", "--dot"],
    ];
    for (const [layer, property, name] of paints) this.map.setPaintProperty(layer, property, token(name));
  }

  message(text) {
    this.querySelector(".still").textContent = text;
  }

  giveUp(error) {
    if (error?.name === "AbortError") return;
    this.message("This browser cannot draw the map. The list has the same events.");
  }
}

// Lines every five degrees, since no border tells where one looks.
function graticule() {
  const steps = (from, to) => Array.from({ length: (to - from) / 5 + 1 }, (_none, at) => from + 5 * at);
  const meridians = steps(-180, 180).map((longitude) => [[longitude, -85], [longitude, 85]]);
  const parallels = steps(-85, 85).map((latitude) => [[-180, latitude], [180, latitude]]);
  const geometry = { type: "MultiLineString", coordinates: [...meridians, ...parallels] };
  return { type: "Feature", properties: {}, geometry };
}

// Land whose coast crosses 180 degrees goes on beyond it instead of back around the world; land
// around a pole is closed there.
function unrolled({ features }) {
  const rings = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
  const polygons = features.flatMap(({ geometry }) => rings(geometry)).map((polygon) => polygon.map(unrolledRing));
  return { type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: polygons } };
}

function unrolledRing(ring) {
  let turns = 0;
  const found = ring.map(([longitude, latitude], at) => {
    const step = at ? longitude - ring[at - 1][0] : 0;
    if (step > 180) turns -= 360;
    if (step < -180) turns += 360;
    return [longitude + turns, latitude];
  });
  if (!turns) return found;
  const pole = found[0][1] < 0 ? -90 : 90;
  return [...found, [found.at(-1)[0], pole], [found[0][0], pole], found[0]];
}

// A circle on the Earth around a point, as a polygon, with a radius in metres.
function circleAround({ geometry, properties }) {
  const [longitude, latitude] = geometry.coordinates.map((degrees) => (degrees * Math.PI) / 180);
  const angle = properties.uncertainty_m / EARTH_M;
  const ring = Array.from({ length: 73 }, (_none, at) => {
    const bearing = (at * 5 * Math.PI) / 180;
    const sine = Math.sin(latitude) * Math.cos(angle) + Math.cos(latitude) * Math.sin(angle) * Math.cos(bearing);
    const across = Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(latitude),
      Math.cos(angle) - Math.sin(latitude) * sine,
    );
    return [((longitude + across) * 180) / Math.PI, (Math.asin(sine) * 180) / Math.PI];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

customElements.define("event-map", EventMap);
