/**
 * What has to be undone when the process is told to stop in the middle: folders in the temporary directory,
 * processes of one's own. Each is undone once, by whoever made it, or by the signal.
 */
const pending = new Set<() => void>();

/** Undoes it now; a signal that comes later has nothing to undo. */
type Undo = () => void;

/** Has something undone when a signal comes first. */
export function cleanup(undo: () => void): Undo {
  pending.add(undo);
  return () => {
    if (pending.delete(undo)) undo();
  };
}

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** From now on a signal undoes what is pending, and ends the process as that signal does. */
export function cleanUpOnSignals(): void {
  for (const [signal, number] of Object.entries(signals)) {
    process.once(signal, () => {
      for (const undo of pending) undo();
      pending.clear();
      process.exit(128 + number);
    });
  }
}
