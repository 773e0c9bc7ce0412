/** Which pages may control a demonstration. Who may look is decided by `OriginRule`. */

/**
 * Whether a page's origin is this machine's own or a number. A name could be anyone's, pointed here for a moment
 * (DNS rebinding), and then a foreign page has the same origin: that is enough to look and not to control.
 */
export function isUnmistakable(origin: string): boolean {
  const name = URL.canParse(origin) ? new URL(origin).hostname : "";
  return name === "localhost" || name.startsWith("[") || /^\d+(\.\d+){3}$/.test(name);
}
