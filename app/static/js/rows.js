// Lines of a form that can be added, taken out and moved, and fields that matter only at some values of their
// neighbours. Without this script all fields are there, and one empty line more than is filled in.
(() => {
  const isOf = (scope) => (each) => each.closest("[data-scope]") === scope;

  // The value of a neighbour; of a box whether it is ticked.
  function valueOf(scope, key) {
    const slot = [...scope.querySelectorAll(`[data-key="${key}"]`)].find(isOf(scope));
    const control = slot?.querySelector("select, input");
    return control?.type === "checkbox" ? String(control.checked) : control?.value;
  }

  // Whether the neighbours' values permit what `rules` ({neighbour: [values]}) name.
  const fits = (scope, rules) =>
    Object.entries(rules).every(([key, values]) => [values].flat().map(String).includes(valueOf(scope, key)));

  // What is hidden is not sent, nor is what is inside of something hidden.
  function show(slot, on) {
    if (slot.hidden === !on) return;
    slot.hidden = !on;
    for (const each of slot.querySelectorAll("input, select, textarea")) each.disabled = !!each.closest(".slot[hidden]");
  }

  // `changed` is the neighbour that was chosen anew, for which the usual option is offered.
  function narrow(select, scope, changed) {
    for (const [key, byValue] of Object.entries(JSON.parse(select.dataset.choicesBy))) {
      const fitting = byValue[valueOf(scope, key)];
      if (!fitting) continue;
      for (const option of select.options) {
        option.hidden = option.disabled = !fitting.includes(option.value);
      }
      if (key === changed || !fitting.includes(select.value)) select.value = fitting[0];
    }
  }

  function settle(scope, changed) {
    const own = isOf(scope);
    for (const select of scope.querySelectorAll("[data-choices-by]")) if (own(select)) narrow(select, scope, changed);
    for (const slot of scope.querySelectorAll("[data-only], [data-unless]")) {
      if (!own(slot)) continue;
      const { only, unless } = slot.dataset;
      show(slot, (!only || fits(scope, JSON.parse(only))) && !(unless && fits(scope, JSON.parse(unless))));
    }
  }

  const settleAll = (root) => {
    if (root.matches?.("[data-scope]")) settle(root);
    for (const scope of root.querySelectorAll("[data-scope]")) settle(scope);
  };

  // The empty lines are for those without this script.
  const clear = (root) => {
    for (const blank of root.querySelectorAll("[data-blank]")) blank.remove();
  };

  // A number no line of this page has had, so that no two of them share a name.
  let last = 1000;

  function add(box) {
    const blank = box.querySelector(":scope > template").innerHTML;
    const list = box.querySelector(":scope > .row-list");
    last += 1;
    list.insertAdjacentHTML("beforeend", blank.replaceAll(`__${box.dataset.level}__`, String(last)));
    const row = list.lastElementChild;
    clear(row);
    settleAll(row);
    row.querySelector("input:not([type=hidden]):enabled, select:enabled")?.focus();
  }

  function remove(row) {
    const next = row.nextElementSibling?.matches("[data-row]") ? row.nextElementSibling : row.previousElementSibling;
    const box = row.closest("[data-rows]");
    row.remove();
    const button = next?.querySelector("[data-row-remove]") || box.querySelector(":scope > [data-row-add]");
    button.focus();
  }

  function moveUp(row, button) {
    const before = row.previousElementSibling;
    if (before?.matches("[data-row]")) before.before(row);
    button.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-add], [data-row-remove], [data-row-up]");
    if (!button) return;
    if ("rowAdd" in button.dataset) add(button.closest("[data-rows]"));
    else if ("rowRemove" in button.dataset) remove(button.closest("[data-row]"));
    else moveUp(button.closest("[data-row]"), button);
    button.closest("form")?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const scope = event.target.closest?.("[data-scope]");
    if (scope && event.target.matches("select, [type=checkbox]")) settle(scope, event.target.closest("[data-key]")?.dataset.key);
  });
  document.addEventListener("DOMContentLoaded", () => {
    clear(document);
    settleAll(document);
  });
})();
