/** One send: its message goes into the outbox now or when its turn has come, and whoever looks at it is told. */
import type { OfferResult, Outbox, Waiter } from "@sluice/core";
import type { Pump } from "./Pump.js";

/** Is told what became of a message, and whether its sender had to wait. */
export type Settle = (result: OfferResult, hasWaited: boolean) => void;

/** Undefined when its sender does not wait. */
export function sendTo<T>(
  outbox: Outbox<T>,
  pump: Pump<T>,
  message: T,
  settle: Settle,
): Waiter<T> | undefined {
  let sinceMillis: number | undefined;
  pump.watchers?.sends();
  const waiter = outbox.send(message, (result) => {
    if (sinceMillis !== undefined) pump.watchers?.waitEnds(sinceMillis, result);
    settle(result, sinceMillis !== undefined);
  });
  pump.watchers?.sent();
  pump.standInLine();
  if (waiter !== undefined) sinceMillis = pump.watchers?.waitBegins() ?? Number.NaN;
  return waiter;
}
