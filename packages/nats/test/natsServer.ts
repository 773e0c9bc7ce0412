/** A real `nats-server` for one test. */
import { Broker } from "@sluice/nats/testing";
import { onTestFinished } from "vitest";

/** If not, nothing here is tested. */
export const { isThere } = Broker;

export async function natsServer(...more: ReadonlyArray<string>): Promise<Broker> {
  const broker = await Broker.start(...more);
  onTestFinished(() => broker.end());
  return broker;
}
