// A site's points for its headers after each scan. Reads {t, score, grade, open} from data-grades; t is unix
// seconds. The levels are those at which the grade changes.
(() => {
  const LEVELS = [[0, "F"], [30, "D"], [50, "C"], [70, "B"], [90, "A"], [100, "A+"]];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const plots = new Map();

  const format = (box, shape) => new Intl.DateTimeFormat(document.documentElement.lang, { ...shape, timeZone: box.dataset.zone });

  const tell = (box, data, index) => {
    const at = index ?? data.t.length - 1;
    const legend = box.parentElement.querySelector(".legend");
    legend.querySelector("[data-score]").textContent = `${data.score[at]} (${data.grade[at]})`;
    legend.querySelector("[data-open]").textContent = data.open[at];
    legend.querySelector("[data-when]").textContent = format(box, { dateStyle: "medium", timeStyle: "short" }).format(data.t[at] * 1000);
  };

  // One scan alone stands in the middle of a day.
  const span = (data) => {
    const [first, last] = [data.t[0], data.t[data.t.length - 1]];
    const edge = Math.max((last - first) * 0.04, last === first ? 43200 : 60);
    return [first - edge, last + edge];
  };

  const days = (box) => (plot, ticks) => {
    const is_long = plot.scales.x.max - plot.scales.x.min > 2 * 86400;
    const words = format(box, is_long ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return ticks.map((seconds) => words.format(seconds * 1000));
  };

  const options = (box, data) => {
    const axis = { stroke: css("--text-3"), font: `12px ${css("--font")}`, ticks: { show: false }, grid: { stroke: css("--line"), width: 1 } };
    const narrow = box.clientWidth < 480;
    const top = Math.max(110, ...data.score);
    return {
      width: box.clientWidth,
      height: narrow ? 180 : 210,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), box.dataset.zone),
      legend: { show: false },
      cursor: { y: false, points: { size: 9 } },
      scales: { x: { range: () => span(data) }, y: { range: () => [0, top] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: narrow ? 80 : 110, values: days(box) },
        { ...axis, size: 36, splits: () => LEVELS.map(([level]) => level), values: () => LEVELS.map(([, grade]) => grade), filter: (_, splits) => splits },
      ],
      series: [{}, {
        stroke: css("--accent"), width: 2, paths: uPlot.paths.stepped({ align: 1 }),
        fill: css("--accent-soft"), points: { show: data.t.length < 40, size: 7, fill: css("--surface") },
      }],
      hooks: { setCursor: [(plot) => tell(box, data, plot.cursor.idx)] },
    };
  };

  const draw = (box) => {
    plots.get(box)?.destroy();
    const data = JSON.parse(box.dataset.grades);
    plots.set(box, new uPlot(options(box, data), [data.t, data.score], box));
    tell(box, data, null);
  };

  const each = (act) => document.querySelectorAll("[data-grades]").forEach(act);
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    if (plots.get(target)?.width !== target.clientWidth) draw(target);
  }));
  document.addEventListener("DOMContentLoaded", () => each((box) => { draw(box); sizes.observe(box); }));
  document.addEventListener("themechange", () => each(draw));
})();
