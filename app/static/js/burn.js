// The error budget left over a window. Reads {from_ms, to_ms, t, left} from data-burn: percent left at moments.
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Map();

  const options = (box, data) => {
    const axis = { stroke: css("--text-3"), font: `12px ${css("--font")}`, ticks: { show: false }, grid: { stroke: css("--line"), width: 1 } };
    const day = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", timeZone: box.dataset.zone });
    return {
      width: box.clientWidth,
      height: box.clientWidth < 480 ? 200 : 240,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { range: () => [data.from_ms / 1000, data.to_ms / 1000] }, y: { range: (_, low) => [Math.min(0, low * 1.1), 100] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 80, values: (_, ticks) => ticks.map((tick) => day.format(tick * 1000)) },
        { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => `${tick} %`) },
      ],
      series: [{}, { stroke: css("--share-p50"), fill: `color-mix(in srgb, ${css("--share-p50")} 15%, transparent)`, width: 2, spanGaps: true, points: { show: data.t.length < 3 } }],
    };
  };

  const draw = (box) => {
    const known = drawn.get(box);
    if (!known?.data) return;
    known.plot?.destroy();
    const note = box.querySelector(".chart-note");
    note.hidden = known.data.left.some((left) => left != null);
    note.textContent = box.dataset.empty;
    known.plot = note.hidden ? new uPlot(options(box, known.data), [known.data.t.map((ms) => ms / 1000), known.data.left], box) : null;
  };

  const load = async (box) => {
    drawn.set(box, {});
    try {
      const answer = await fetch(box.dataset.burn, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      drawn.get(box).data = await answer.json();
      draw(box);
    } catch {
      box.querySelector(".chart-note").textContent = box.dataset.failed;
    }
  };

  const each = (act) => document.querySelectorAll(".chart[data-burn]").forEach(act);
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const known = drawn.get(target);
    if (known?.plot && known.plot.width !== target.clientWidth) draw(target);
  }));
  document.addEventListener("DOMContentLoaded", () => each((box) => { load(box); sizes.observe(box); }));
  document.addEventListener("themechange", () => each(draw));
})();
