/** Signals that end a program in order: the first closes, the second ends the process at once. */

/** Returns how to stop listening. */
export function onSignals(
  signals: ReadonlyArray<NodeJS.Signals>,
  close: () => Promise<void>,
): () => void {
  const stop = () => {
    for (const signal of signals) process.off(signal, first);
  };
  const first = () => {
    stop();
    const second = (again: NodeJS.Signals) => process.kill(process.pid, again);
    for (const one of signals) process.once(one, second);
    void close().finally(() => {
      for (const one of signals) process.off(one, second);
    });
  };
  for (const signal of signals) process.on(signal, first);
  return stop;
}
