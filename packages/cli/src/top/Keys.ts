/** The keys of a terminal, one at a time. */

/** The part of `process.stdin` that is needed. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  on(event: "data", listener: (data: Buffer | string) => void): unknown;
  off(event: "data", listener: (data: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Calls `pressed` with each key; Ctrl-C is "q". Returns how to stop. Without a terminal there are no keys. */
export function listenToKeys(keyboard: Keyboard, pressed: (key: string) => void): () => void {
  if (!keyboard.isTTY) return () => {};
  const hear = (data: Buffer | string) => {
    for (const key of data.toString()) pressed(key === "\x03" ? "q" : key.toLowerCase());
  };
  keyboard.setRawMode?.(true);
  keyboard.on("data", hear);
  keyboard.resume();
  return () => {
    keyboard.off("data", hear);
    keyboard.setRawMode?.(false);
    keyboard.pause();
  };
}
