// Runs before the first paint: sets the theme that was chosen, or the system's.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme || "auto";
    root.dataset.bsTheme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    root.dispatchEvent(new CustomEvent("themechange", { bubbles: true }));
  };
  dark.addEventListener("change", apply);
  window.applyTheme = (name) => {
    root.dataset.theme = name;
    document.cookie = `theme=${name}; path=/; max-age=31536000; samesite=lax`;
    apply();
  };
  apply();
})();
