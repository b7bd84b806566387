// Hours and days as a map. Reads {days, ms, share} from data-heat: 24 numbers a day, null of a gap. A cell's
// shade is its place among all hours; where checks failed it is marked, whatever the shade.
(() => {
  const CELL = 14;
  const LEFT = 44;
  const TOP = 16;
  const WORTH = 1; // percent of an hour's checks
  const SVG = "http://www.w3.org/2000/svg";
  const make = (name, values, text) => {
    const each = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) each.setAttribute(key, value);
    if (text != null) each.textContent = text;
    return each;
  };

  const limits = (data) => {
    const sorted = data.ms.flat().filter((ms) => ms != null).sort((a, b) => a - b);
    return [0.2, 0.4, 0.6, 0.8].map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity);
  };

  const words = (box, day, hour, ms, share) => {
    const told = ms == null ? box.dataset.none : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
    const line = box.dataset.hour.replace("{day}", day).replace("{hour}", String(hour)).replace("{ms}", told);
    return share ? `${line} · ${box.dataset.failedPart.replace("{share}", String(share))}` : line;
  };

  const draw = (box, data) => {
    const steps = limits(data);
    const height = TOP + data.days.length * CELL;
    const map = make("svg", { viewBox: `0 0 ${LEFT + 24 * CELL} ${height}`, role: "img", "aria-label": box.dataset.label });
    for (const hour of [0, 6, 12, 18]) map.append(make("text", { x: LEFT + hour * CELL, y: TOP - 5 }, `${hour}:00`));
    const short = new Intl.DateTimeFormat(document.documentElement.lang, { month: "numeric", day: "numeric", timeZone: "UTC" });
    data.days.forEach((day, row) => {
      const y = TOP + row * CELL;
      if (row % 7 === 0) map.append(make("text", { x: 0, y: y + 10 }, short.format(new Date(`${day}T00:00:00Z`))));
      data.ms[row].forEach((ms, hour) => {
        const share = data.share[row][hour] >= WORTH ? data.share[row][hour] : 0;
        const shade = ms == null ? (share ? "heat-bad" : "heat-none") : `heat-${steps.filter((step) => ms > step).length}`;
        const cell = make("rect", { x: LEFT + hour * CELL, y, width: CELL - 2, height: CELL - 2, rx: 2, class: share ? `${shade} heat-bad` : shade });
        cell.append(make("title", {}, words(box, day, hour, ms, share)));
        map.append(cell);
      });
    });
    box.replaceChildren(map);
  };

  const load = async (box) => {
    const note = box.querySelector("p");
    try {
      const answer = await fetch(box.dataset.heat, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const data = await answer.json();
      if (data.share.flat().some((share) => share != null)) draw(box, data);
      else note.textContent = box.dataset.empty;
    } catch {
      note.textContent = box.dataset.failed;
    }
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-heat]").forEach(load));
})();
