// Light or dark: as the system says, until somebody chooses; what was chosen is kept in this browser.
const KEY = "fairlead-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  return localStorage.getItem(KEY) || (system.matches ? "dark" : "light");
}

export function applyTheme() {
  document.documentElement.dataset.theme = chosen();
}

export function switchTheme() {
  localStorage.setItem(KEY, chosen() === "dark" ? "light" : "dark");
  applyTheme();
}

system.addEventListener("change", applyTheme);
applyTheme();
