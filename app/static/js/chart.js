// Response time as stacked phases, or as percentiles where the view says so. Reads {t, phases: {dns: […], …},
// total, p50, p95, p99, status, failed} from data-url; t is unix seconds, durations are milliseconds, status is
// up, degraded, down, maintenance or unknown for each point, failed the part of its checks. Null is a gap.
(() => {
  const PHASES = ["dns", "connect", "tls", "first_byte", "transfer"];
  const SHARES = ["p50", "p95", "p99"];
  const charts = new Map();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = (phase) => css(`--phase-${phase.replace("_", "-")}`);

  // Each series is the sum of its phase and all before it; the largest is drawn first.
  const stack = (data) => {
    let below = data.t.map(() => 0);
    const sums = PHASES.map((phase) => {
      below = below.map((sum, i) => sum + (data.phases[phase][i] ?? 0));
      return below.map((sum, i) => (data.total[i] == null ? null : sum));
    });
    return [data.t, ...sums.reverse()];
  };

  const shares = (box, data) => box.dataset.view === "percentiles" && Boolean(data.p50);
  const columns = (box, data) => (shares(box, data) ? [data.t, ...[...SHARES].reverse().map((name) => data[name])] : stack(data));

  const marks = (data) => (plot) => {
    const { ctx, bbox } = plot;
    const width = Math.max(2 * devicePixelRatio, (bbox.width * data.step) / (data.to - data.from));
    ctx.save();
    data.status.forEach((status, i) => {
      if (status == null || status === "up" || status === "degraded") return;
      ctx.fillStyle = status === "down" ? css("--strip-down") : status === "maintenance" ? css("--accent") : css("--line-strong");
      const height = status === "down" ? bbox.height * data.failed[i] : bbox.height / 8;
      ctx.globalAlpha = status === "down" ? 0.28 : 1;
      const x = plot.valToPos(data.t[i], "x", true);
      ctx.fillRect(x, bbox.top + bbox.height - height, width, height);
      ctx.globalAlpha = 1;
      ctx.fillRect(x, bbox.top + bbox.height - 4 * devicePixelRatio, width, 4 * devicePixelRatio);
    });
    ctx.restore();
  };

  const ms = (value) => (value == null ? "–" : value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`);

  const tellLegend = (box, data, index) => {
    const at = index ?? data.t.length - 1;
    const legend = box.parentElement.querySelector(".legend");
    for (const each of legend.querySelectorAll("[data-phase]")) {
      const phase = each.dataset.phase;
      each.textContent = ms(phase === "total" ? data.total[at] : data.phases[phase]?.[at]);
    }
    for (const each of legend.querySelectorAll("[data-share]")) each.textContent = ms(data[each.dataset.share]?.[at]);
    for (const each of legend.querySelectorAll("[data-of]")) each.hidden = each.dataset.of !== (shares(box, data) ? "percentiles" : "phases");
    const when = legend.querySelector("[data-when]");
    if (when) {
      const zone = box.dataset.zone;
      const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium", timeZone: zone });
      when.textContent = data.t.length ? format.format(data.t[at] * 1000) : "";
    }
  };

  const zoned = (seconds, zone) => uPlot.tzDate(new Date(seconds * 1000), zone);

  // A point between gaps would have no line to be seen by.
  const alone = (plot, series) => {
    const values = plot.data[series];
    const places = [...values.keys()].filter((i) => values[i] != null && values[i - 1] == null && values[i + 1] == null);
    return places.length ? places : null;
  };
  const dots = (fill) => ({ show: false, filter: alone, size: 5, fill, stroke: fill });

  const options = (box, data) => {
    const axis = { stroke: css("--text-3"), font: `12px ${css("--font")}`, ticks: { show: false }, grid: { stroke: css("--line"), width: 1 } };
    const narrow = box.clientWidth < 480;
    return {
      width: box.clientWidth,
      height: narrow ? 200 : 240,
      tzDate: (seconds) => zoned(seconds, box.dataset.zone),
      legend: { show: false },
      cursor: { points: { show: false }, y: false },
      scales: { x: { range: () => [data.from, data.to] }, y: { range: (_, low, high) => [0, Math.max(high * 1.12, 1)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: narrow ? 80 : 110, values: clock(box) },
        { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => (tick ? ms(tick) : "0")) },
      ],
      series: [{}, ...(shares(box, data) ? [...SHARES].reverse().map((name) => ({
        stroke: css(`--share-${name}`), width: 2, points: dots(css(`--share-${name}`)), spanGaps: false,
      })) : [...PHASES].reverse().map((phase) => ({
        fill: colour(phase), stroke: colour(phase), width: 1, points: dots(colour(phase)), spanGaps: false,
      })))],
      hooks: {
        draw: [marks(data)],
        setCursor: [(plot) => tellLegend(box, data, plot.cursor.idx)],
      },
    };
  };

  const clock = (box) => (plot, ticks) => {
    const days = plot.scales.x.max - plot.scales.x.min > 2 * 86400;
    const shape = days ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { ...shape, timeZone: box.dataset.zone });
    return ticks.map((seconds) => format.format(seconds * 1000));
  };

  const draw = (box) => {
    const known = charts.get(box);
    if (!known?.data) return;
    known.plot?.destroy();
    known.plot = null;
    const note = box.querySelector(".chart-note");
    const filled = known.data.status.some((status) => status != null);
    note.hidden = filled;
    if (!filled) note.textContent = box.dataset.empty;
    if (filled) known.plot = new uPlot(options(box, known.data), columns(box, known.data), box);
    tellLegend(box, known.data, null);
  };

  const load = async (box) => {
    const known = charts.get(box) ?? charts.set(box, {}).get(box);
    if (known.busy) return;
    known.busy = true;
    try {
      const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      known.data = await answer.json();
      draw(box);
    } catch {
      if (!known.data) box.querySelector(".chart-note").textContent = box.dataset.failed;
    } finally {
      known.busy = false;
    }
  };

  const each = (act) => document.querySelectorAll(".chart[data-url]").forEach(act);
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const known = charts.get(target);
    if (known?.plot && known.plot.width !== target.clientWidth) draw(target);
  }));
  const choose = (button) => {
    const card = button.closest("section");
    for (const each of card.querySelectorAll("[data-chart-view]")) each.setAttribute("aria-pressed", String(each === button));
    for (const box of card.querySelectorAll(".chart[data-url]")) {
      box.dataset.view = button.dataset.chartView;
      draw(box);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-chart-view]");
    if (button) choose(button);
  });
  document.addEventListener("DOMContentLoaded", () => each((box) => { load(box); sizes.observe(box); }));
  document.addEventListener("themechange", () => each(draw));
  document.addEventListener("chart-refresh", () => each(load));
})();
