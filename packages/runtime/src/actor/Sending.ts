/**
 * One message on its way in. That of a send goes into the outbox now or when its turn has come, and whoever looks at it is
 * told; one for many, whose channel has limits of its own, goes into the outbox of its channel.
 */
import type { Label, OfferResult, Outbox, Waiter } from "@sluice/core";
import type { Pump } from "./Pump.js";

/** Is told what became of a message, and whether its sender had to wait. */
export type Settle = (result: OfferResult, hasWaited: boolean) => void;

/** Undefined when its sender does not wait. */
export function sendTo<T>(
  outbox: Outbox<T>,
  pump: Pump<T>,
  message: T,
  settle: Settle,
  label: Label<T> | undefined,
): Waiter<T> | undefined {
  let sinceMillis: number | undefined;
  pump.watchers?.sends();
  const told = (result: OfferResult) => {
    if (sinceMillis !== undefined) pump.watchers?.waitEnds(sinceMillis, result);
    settle(result, sinceMillis !== undefined);
  };
  const waiter = outbox.send(message, told, undefined, label);
  pump.watchers?.sent();
  pump.standInLine();
  if (waiter !== undefined) sinceMillis = pump.watchers?.waitBegins() ?? Number.NaN;
  return waiter;
}

/** A message comes into an outbox of its connection, which may be one beside its own. */
export function takeIn<T>(
  pump: Pump<T>,
  outbox: Outbox<T>,
  message: T,
  bytes?: number,
  label?: Label<T>,
): OfferResult {
  const result = outbox.offer(message, bytes, label);
  if (!pump.isInLine) {
    pump.standInLine();
    pump.watchers?.taken(result);
  }
  return result;
}
