// The slider between two pictures: a range input moves the line, and so does a drag over the pictures.
(() => {
  const set = (box, percent) => {
    const input = box.querySelector("input[type=range]");
    const share = Math.min(100, Math.max(0, Math.round(percent)));
    input.value = share;
    input.setAttribute("aria-valuetext", input.dataset.words.replace("#", `${share} %`));
    box.style.setProperty("--cut", `${share}%`);
  };
  const begin = (box) => {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    const layers = box.querySelector(".layers");
    box.querySelector("input[type=range]").addEventListener("input", (event) => set(box, event.target.value));
    const follow = (event) => {
      const { left, width } = layers.getBoundingClientRect();
      set(box, (100 * (event.clientX - left)) / width);
    };
    layers.addEventListener("pointerdown", (event) => {
      layers.setPointerCapture(event.pointerId);
      follow(event);
    });
    layers.addEventListener("pointermove", (event) => {
      if (layers.hasPointerCapture(event.pointerId)) follow(event);
    });
    layers.addEventListener("dragstart", (event) => event.preventDefault());
    set(box, box.querySelector("input[type=range]").value);
  };
  const all = () => document.querySelectorAll(".slider").forEach(begin);
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:afterSettle", all);
})();
