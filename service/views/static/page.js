// The live page: records and figures come as server-sent events. The server renders and escapes. Nothing here turns the
// words of an article into markup, and the browser forbids any other code to do so (trusted types).

const MAX_RECORDS = 100; // records on the page, as many as the server keeps
const WORLD = { x: -180, y: -84, width: 360, height: 144 };
const MIN_WIDTH = 30; // degrees of longitude that the map shows at least
const SVG = "http://www.w3.org/2000/svg";

const rendered = window.trustedTypes
  ? window.trustedTypes.createPolicy("newswire", { createHTML: (html) => html })
  : { createHTML: (html) => html };

const find = (id) => document.getElementById(id);
const list = find("records");
const filters = find("filters");
const state = find("state");
const pause = find("pause");
const empty = find("empty");
const noRecordYet = [...empty.childNodes];
const countries = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

const facts = new Map(); // element of a record → what the filters and the map need
let waiting = []; // records that came while paused, oldest first
let before = null; // the previous figures, for rates

function show(record) {
  const earlier = [...facts].find(([, fact]) => fact.id === record.id)?.[0];
  if (earlier && facts.get(earlier).revision > record.revision) return; // the greater revision holds
  const holder = document.createElement("template");
  holder.innerHTML = rendered.createHTML(record.html);
  const entry = holder.content.firstElementChild;
  const words = entry.textContent.toLowerCase();
  const focused = earlier?.contains(document.activeElement);
  entry.open = earlier?.open ?? false;
  earlier?.remove();
  facts.delete(earlier);
  facts.set(entry, { ...record, html: undefined, words });
  entry.classList.add("new");
  list.prepend(entry);
  if (focused) entry.firstElementChild.focus();
  const open = [...facts.keys()];
  for (const old of open.slice(0, Math.max(0, open.length - MAX_RECORDS))) {
    old.remove();
    facts.delete(old);
  }
}

// A retraction is shown even while paused: until then the retracted text would stay on the page.
function receive(records) {
  if (!paused()) return showAll(records);
  const ids = new Set([...facts.values()].map((fact) => fact.id));
  const isUrgent = (record) => record.retracted && ids.has(record.id);
  const retracted = new Set(records.filter((record) => record.retracted).map((record) => record.id));
  waiting = [...waiting.filter((record) => !retracted.has(record.id)), ...records.filter((record) => !isUrgent(record))];
  waiting.splice(0, Math.max(0, waiting.length - MAX_RECORDS));
  showAll(records.filter(isUrgent));
  labelPause();
}

// Removes the records, shown or waiting, for which `isRemoved` is true.
function remove(isRemoved) {
  for (const [entry, fact] of [...facts]) {
    if (!isRemoved(fact)) continue;
    entry.remove();
    facts.delete(entry);
  }
  waiting = waiting.filter((record) => !isRemoved(record));
  showAll([]);
  labelPause();
}

function showAll(records) {
  records.forEach(show);
  offer("country", (fact) => fact.countries, (code) => `${countries.of(code)} (${code})`);
  offer("tag", (fact) => fact.tags, (tag) => tag);
  filter();
}

// Offers in a select what occurs in the records, and keeps what is chosen.
function offer(id, values, label) {
  const select = find(id);
  const labels = new Map([...facts.values()].flatMap(values).map((value) => [value, label(value)]));
  if (select.value && !labels.has(select.value)) labels.set(select.value, label(select.value));
  const sorted = [...labels].sort(([, a], [, b]) => a.localeCompare(b));
  const known = [...select.options].slice(1).map((option) => option.value);
  if (sorted.map(([value]) => value).join() === known.join()) return;
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...sorted.map(([value, text]) => new Option(text, value)));
  select.value = chosen;
}

function filter() {
  const words = find("words").value.trim().toLowerCase().split(/\s+/);
  const country = find("country").value;
  const tag = find("tag").value;
  const watched = find("watched").checked;
  let shown = 0;
  for (const [entry, fact] of facts) {
    entry.hidden = !(
      words.every((word) => fact.words.includes(word)) &&
      (!country || fact.countries.includes(country)) &&
      (!tag || fact.tags.includes(tag)) &&
      (!watched || fact.watched)
    );
    shown += !entry.hidden;
  }
  empty.hidden = shown > 0;
  empty.replaceChildren(...(facts.size ? ["No record passes the filters."] : noRecordYet));
  draw();
}

// Draws the places of the records that are open, or of all that are shown, and moves the map to them.
function draw() {
  const visible = [...facts].filter(([entry]) => !entry.hidden);
  const open = visible.filter(([entry]) => entry.open);
  const places = new Map();
  for (const [, fact] of open.length ? open : visible) {
    for (const [name, latitude, longitude, mentions, area] of fact.places) {
      const key = `${latitude},${longitude}`;
      places.set(key, { name, latitude, longitude, area, mentions: mentions + (places.get(key)?.mentions ?? 0) });
    }
  }
  const box = around([...places.values()]);
  find("map").setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  find("dots").replaceChildren(
    ...[...places.values()].map((place) => {
      const dot = document.createElementNS(SVG, "circle");
      dot.setAttribute("class", place.area ? "place area" : "place");
      dot.setAttribute("cx", place.longitude);
      dot.setAttribute("cy", -place.latitude);
      dot.setAttribute("r", box.width * 0.006 * Math.min(4, Math.sqrt(place.mentions)));
      const title = document.createElementNS(SVG, "title");
      title.textContent = `${place.name}: ${place.mentions}`;
      dot.append(title);
      return dot;
    }),
  );
}

function around(places) {
  if (!places.length) return WORLD;
  const xs = places.map((place) => place.longitude);
  const ys = places.map((place) => -place.latitude);
  const [west, east, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const ratio = WORLD.width / WORLD.height;
  const width = Math.max(MIN_WIDTH, (east - west) * 1.25, (bottom - top) * 1.25 * ratio);
  if (width >= WORLD.width) return WORLD;
  const height = width / ratio;
  const within = (value, low, high) => Math.min(Math.max(value, low), high);
  return {
    x: within((west + east - width) / 2, WORLD.x, WORLD.x + WORLD.width - width),
    y: within((top + bottom - height) / 2, WORLD.y, WORLD.y + WORLD.height - height),
    width,
    height,
  };
}

function showFigures(figures) {
  const number = (value, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits });
  const set = (name, text) => (document.querySelector(`[data-figure="${name}"]`).textContent = text);
  for (const name of ["enriched", "unsupported_language", "retracted", "deleted"]) set(name, number(figures[name]));
  set("lag", figures.lag === null ? "–" : number(figures.lag));
  const records = figures.records - (before?.records ?? 0);
  if (before && figures.seconds > before.seconds) {
    set("rate", number(records / (figures.seconds - before.seconds), 1));
    if (records > 0) set("age", `${number((figures.age - before.age) / records, 1)} s`);
  }
  before = figures;
  showState(figures.reading);
}

function setPaused(paused) {
  pause.setAttribute("aria-pressed", paused);
  if (!paused) showAll(waiting.splice(0));
  labelPause();
}

const paused = () => pause.getAttribute("aria-pressed") === "true";
const labelPause = () => (pause.textContent = paused() ? `Go on (${waiting.length})` : "Pause");

let skipped = 0; // records that passed too fast to be shown

function showState(reading) {
  const live = skipped ? `live; ${skipped} passed too fast to be shown` : "live";
  setState(reading ? "live" : "lost", reading ? live : "no records from Kafka; trying again");
}

function setState(name, text) {
  if (state.textContent === text) return; // a screen reader would repeat it
  state.dataset.state = name;
  state.textContent = text;
}

function follow() {
  const events = new EventSource("page/events");
  before = null;
  skipped = 0;
  events.addEventListener("open", () => (before = null)); // also after a reconnection: a new process counts from 0
  events.addEventListener("error", () => {
    setState("lost", "no connection to the page's server; trying again");
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  });
  events.addEventListener("held", (event) => {
    const ids = new Set(JSON.parse(event.data));
    remove((fact) => !ids.has(fact.id));
  });
  events.addEventListener("records", (event) => receive(JSON.parse(event.data)));
  events.addEventListener("removed", (event) => {
    const names = new Set(JSON.parse(event.data)); // keys or ids
    remove((fact) => names.has(fact.key) || names.has(fact.id));
  });
  events.addEventListener("figures", (event) => showFigures(JSON.parse(event.data)));
  events.addEventListener("skipped", (event) => (skipped = Number(event.data)));
}

function step(by) {
  const shown = [...list.querySelectorAll(".record:not([hidden]) > summary")];
  const index = shown.indexOf(document.activeElement.closest?.(".record")?.firstElementChild);
  shown.at(index < 0 ? 0 : Math.min(Math.max(index + by, 0), shown.length - 1))?.focus();
}

const KEYS = { j: () => step(1), k: () => step(-1), p: () => setPaused(!paused()), "/": () => find("words").focus() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    filters.reset();
    document.activeElement.blur();
  } else if (!event.target.closest("input, select") && KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
pause.addEventListener("click", () => setPaused(!paused()));
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("input", filter);
filters.addEventListener("reset", () => setTimeout(filter));
list.addEventListener("toggle", draw, true);
follow();
