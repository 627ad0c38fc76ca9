// The search box of the page of medicines: a combobox with a list (ARIA Authoring Practices 1.2). What is typed stays here: no request, no
// address, no history, nothing stored. What each source says is copied from the table on this page.

import { NEAR, prepare, search } from "./lookup-search.js";

const SHOWN = 20;
const box = document.getElementById("lookup");
const input = document.getElementById("lookup-query");
const list = document.getElementById("lookup-list");
const status = document.getElementById("lookup-status");
const none = document.getElementById("lookup-none");
const words = JSON.parse(document.getElementById("lookup-words").textContent);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

const rows = new Map([...document.querySelectorAll("[data-drug]")].map((row) => [row.dataset.drug, row]));
const products = new Map([...document.querySelectorAll("[data-product]")].map((row) => [row.dataset.product, row]));
const missing = [...document.querySelectorAll("[data-missing]")];
let index = null;
let active = -1;

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** The words and elements of a node, copied. */
const copy = (node) => [...node.childNodes].map((child) => child.cloneNode(true));

function option(hit, place) {
  const isMissing = hit.missing !== undefined;
  const row = isMissing ? missing[hit.missing] : hit.product ? products.get(hit.product) : rows.get(hit.id);
  const link = row?.querySelector("a");
  const name = row?.querySelector("b");
  const made = element("li", "", element("span", "lookup-name", ...(name ? copy(name) : [hit.name])));
  made.id = `lookup-option-${place}`;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  const why = hit.how === NEAR ? words.similar : hit.product && hit.kind !== "class" ? words.product : words[hit.kind];
  made.append(element("span", "lookup-why", fill(why, { text: hit.text })));
  if (isMissing) {
    const reason = row?.querySelector("[data-reason]")?.textContent ?? "";
    made.append(element("span", "lookup-verdict", element("b", "", `${words.not_listed}${reason && words.open + reason + words.close}`)));
    return made;
  }
  made.dataset.to = link?.href ?? "";
  const routes = row?.querySelector(".drug-routes");
  if (routes) made.append(element("span", "lookup-why", ...copy(routes)));
  for (const verdict of row?.querySelectorAll(".drug-verdicts li") ?? []) made.append(element("span", "lookup-verdict", ...copy(verdict)));
  const differ = row?.querySelector(".differ");
  if (differ) made.append(element("span", "lookup-verdict differ", ...copy(differ)));
  return made;
}

function update() {
  if (!index) return;
  const query = input.value.trim();
  const { hits, near, total } = search(index, query, SHOWN);
  const shown = hits.length ? hits : near;
  choose(-1);
  list.replaceChildren(...shown.map(option));
  list.hidden = !shown.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  // What is not in the table leads to someone who can tell.
  none.hidden = !query || (hits.length > 0 && hits.every((hit) => hit.missing === undefined));
  const text = !query ? "" : hits.length ? (total > hits.length ? words.more : words.found) : near.length ? words.near : words.none;
  status.textContent = fill(text, { query, count: hits.length ? total : near.length, shown: hits.length });
}

/** Marks one option, or none with -1. */
function choose(place) {
  list.children[active]?.setAttribute("aria-selected", "false");
  active = place;
  const option = list.children[active];
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function open(option) {
  if (option.dataset.to) location.assign(option.dataset.to);
  else none.querySelector("a")?.focus();
}

function close() {
  choose(-1);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
}

input.addEventListener("input", update);
input.addEventListener("keydown", (event) => {
  // The keys of an input method are its own, also the Enter that ends a composition (229 in Safari).
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  const count = list.hidden ? 0 : list.children.length;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!count && list.children.length) {
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    }
    const all = list.children.length;
    if (all) choose(event.key === "ArrowDown" ? (active + 1) % all : (active <= 0 ? all : active) - 1);
  } else if ((event.key === "Home" || event.key === "End") && active >= 0) choose(event.key === "Home" ? 0 : count - 1);
  else if (event.key === "Enter" && count) {
    if (active >= 0) open(list.children[active]);
    else choose(0);
  } else if (event.key === "Escape" && (count || input.value)) {
    if (count) close();
    else {
      input.value = "";
      update();
    }
  } else return;
  event.preventDefault();
});
// A press on an option leaves the focus, and the keyboard of a phone, where they are.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest('[role="option"]');
  if (option) open(option);
});

/** Keeps the pages on the device, so that they can be searched and read without a network. */
async function keep() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(box.dataset.worker, { updateViaCache: "none" });
  const { active: worker } = await navigator.serviceWorker.ready;
  navigator.serviceWorker.addEventListener("message", ({ data }) => data?.kept && (box.dataset.kept = ""));
  navigator.serviceWorker.startMessages();
  if (!navigator.connection?.saveData) worker.postMessage({ keep: document.documentElement.lang });
}

try {
  const response = await fetch(box.dataset.index);
  index = prepare(await response.json());
  box.hidden = false;
  update();
  await keep();
} catch {
  // Without the index the box stays hidden, without the worker the pages need a network; the table is there in any case.
}
