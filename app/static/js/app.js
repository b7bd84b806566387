// Small behaviours that several pages share. Components of Alpine are registered here, since the
// Content-Security-Policy allows no code in attributes.
document.addEventListener("alpine:init", () => {
  // A list of name/value pairs (headers) as lines that can be added and removed.
  Alpine.data("pairs", () => ({
    lines: [],
    init() {
      this.lines = JSON.parse(this.$el.dataset.pairs || "[]").map(([name, value]) => ({ name, value }));
      if (!this.lines.length) this.add();
    },
    add() {
      this.lines.push({ name: "", value: "" });
    },
    remove(index) {
      this.lines.splice(index, 1);
    },
  }));
  // Lines of several fields each.
  Alpine.data("rows", () => ({
    lines: [],
    init() {
      this.lines = JSON.parse(this.$el.dataset.rows || "[]").map((line) => ({ kind: "site", ...line }));
      if (!this.lines.length) this.add();
    },
    add() {
      this.lines.push({ kind: "site" });
    },
    remove(index) {
      this.lines.splice(index, 1);
    },
  }));
});

const post = (url, fields) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  return fetch(url, {
    method: "POST",
    headers: { "X-CSRF-Token": token, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields),
  });
};

// Where tabs are wider than the screen, the present one is to be seen.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const bar = tab.parentElement;
  bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-set-theme]");
  if (theme) {
    window.applyTheme(theme.dataset.setTheme);
    markTheme();
    if (theme.dataset.keep) post(theme.dataset.keep, { theme: theme.dataset.setTheme });
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const shutter = event.target.closest("[data-shut]");
  if (shutter) document.getElementById(shutter.dataset.shut).close();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest(closer.dataset.close).remove();
  if (event.target.closest("[data-print]")) print();
  const ticker = event.target.closest("[data-tick-all]");
  if (ticker) for (const each of document.getElementsByName(ticker.dataset.tickAll)) each.checked = true;
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) {
    const input = document.getElementById(reveal.dataset.reveal);
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(hidden));
  }
});

// Copy what an element holds. Without the clipboard (an address that is not https) it is marked instead.
async function copy(button) {
  const from = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(from.value ?? from.textContent);
    button.textContent = button.dataset.done;
  } catch {
    if (from.select) from.select();
    else getSelection().selectAllChildren(from);
  }
}

function markTheme() {
  const chosen = document.documentElement.dataset.theme || "auto";
  for (const each of document.querySelectorAll("[data-set-theme]")) {
    each.setAttribute("aria-pressed", String(each.dataset.setTheme === chosen));
  }
}

// "3 minutes ago" grows older while the page is open.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "long" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
function tellTimes() {
  for (const each of document.querySelectorAll("time[data-relative]")) {
    const seconds = (new Date(each.dateTime) - Date.now()) / 1000;
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) || UNITS[3];
    each.textContent = relative.format(Math.round(seconds / size), unit);
  }
}
setInterval(tellTimes, 10000);

// A select that leads to another page (the charts' monitor), and forms that send themselves.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

const setLive = (on) => {
  for (const each of document.querySelectorAll(".live")) {
    each.dataset.on = String(on);
    each.textContent = on ? each.dataset.yes : each.dataset.no;
  }
};
document.addEventListener("htmx:sseOpen", () => setLive(true));
document.addEventListener("htmx:sseError", () => setLive(false));
document.addEventListener("htmx:sseClose", () => setLive(false));
document.addEventListener("htmx:afterSettle", tellTimes);
document.addEventListener("DOMContentLoaded", () => {
  markTheme();
  tellTimes();
});

// What a live page showed may be deleted, or no longer ours to see: it must not go on looking well.
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, requestConfig } = event.detail;
  const told = requestConfig.triggeringEvent?.type === "sse:changed";
  if (told && [403, 404].includes(xhr.status)) location.reload();
});

// What a reader asked for and did not get is said, in the words of the error's page where it has some. Uploads tell
// it beside their bar.
const ASKED = ["click", "submit", "change", "input"];
function tellFailure(event) {
  const { xhr, requestConfig, elt } = event.detail;
  const blank = document.getElementById("not-done");
  if (!blank || !ASKED.includes(requestConfig.triggeringEvent?.type) || elt.closest("[data-upload]")) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const said = [...page.querySelectorAll("main h1, main p.soft")].map((each) => each.textContent.trim()).join(". ");
  const toasts = document.getElementById("toasts");
  toasts.querySelector(".not-done")?.remove();
  toasts.append(blank.content.cloneNode(true));
  if (said) toasts.querySelector(".not-done > div").textContent = said;
}
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, tellFailure);

// A list that is told of a change keeps the rows that were added to it, and gives way to what its reader asks for,
// or the answer to that would find the list gone. Longer lists than the server gives at once stay as they are.
const LIVE = '[hx-trigger="sse:changed"]';
const MOST_ROWS = 200;
const isTold = (config) => config.triggeringEvent?.type === "sse:changed";
const boxOf = (target) => target.closest?.(LIVE);
const reading = new Map();
document.addEventListener("htmx:configRequest", (event) => {
  const box = boxOf(event.detail.target);
  if (!box || !isTold(event.detail)) return;
  const rows = box.querySelectorAll("tbody > tr:not(.more-row)").length;
  if (rows > MOST_ROWS || reading.has(box.id)) event.preventDefault();
  else if (rows) event.detail.parameters.rows = rows;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const box = boxOf(event.detail.target);
  if (!box || isTold(event.detail.requestConfig)) return;
  reading.set(box.id, event.detail.xhr);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (isTold(requestConfig) && reading.has(target.id)) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterRequest", (event) => {
  for (const [id, xhr] of reading) {
    if (xhr !== event.detail.xhr) continue;
    reading.delete(id);
    const box = document.getElementById(id);
    if (box) htmx.trigger(box, "sse:changed");
  }
});

// What shows the same as before stays as it is, so that a button is not taken away under the pointer.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const shown = target.dataset.shows;
  if (shown && fragment.querySelector("[data-shows]")?.dataset.shows === shown) event.detail.shouldSwap = false;
});

// A form is sent once, however often its button is pressed, until the answer is here. An answer that leaves the
// page where it is (a download) is not heard of: after a while it may be sent again.
const SENT_MS = 5000;
const sent = new Map();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  const button = event.submitter ?? form;
  const before = sent.get(button);
  if (before && event.timeStamp - before < SENT_MS) event.preventDefault();
  else sent.set(button, event.timeStamp);
});
addEventListener("pageshow", () => sent.clear());
