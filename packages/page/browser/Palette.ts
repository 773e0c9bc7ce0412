/** The page's colours, for what is drawn on a canvas: read from its style, so that light and dark are written once. */

/** The value of a custom property, such as `--normal`. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Calls `redraw` when the reader changes between light and dark. */
export function onSchemeChange(redraw: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
