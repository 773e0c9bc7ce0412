/** A real `nats-server` for one test. */
import { Broker } from "@sluice/nats/testing";
import { describe, onTestFinished } from "vitest";

/** Where there is no `nats-server` these are skipped, and say so; where CI is set they fail. */
export const describeOnNats =
  Broker.isThere || process.env["CI"]
    ? describe
    : (name: string, body: () => void) =>
        describe.skip(`${name} (no NATS: apt-get install nats-server)`, body);

export async function natsServer(...more: ReadonlyArray<string>): Promise<Broker> {
  const broker = await Broker.start(...more);
  onTestFinished(() => broker.end());
  return broker;
}
