import { Event } from "@sluice/machines";
import { type Inspectable, inspectAll } from "@sluice/stately";
import { expect, test, vi } from "vitest";
import type { InspectionEvent } from "xstate";
import { connectionOf, Puppet, registryOf } from "./doubles.js";

/** An inspector that knows who was there, and who is. */
function watching() {
  const came: Array<string> = [];
  const present = new Set<string>();
  const next = (event: InspectionEvent) => {
    const { id } = event.actorRef as unknown as { readonly id: string };
    if (event.type === "@xstate.actor") {
      came.push(id);
      present.add(id);
    } else if (event.type === "@xstate.snapshot") {
      if ("status" in event.snapshot && event.snapshot.status !== "active") present.delete(id);
    }
  };
  return { inspector: { inspect: { next } }, came, present };
}

test("who is there is shown, and who comes; whoever closes is shown no more", () => {
  const registry = registryOf();
  const { inspector, present } = watching();
  const [first, second] = [connectionOf(), connectionOf()];
  registry.add(first.connection);
  const inspection = inspectAll(registry, inspector);
  registry.add(second.connection);
  expect([...present]).toEqual([first.connection.id, second.connection.id]);
  first.actor.disconnected();
  expect([...present]).toEqual([second.connection.id]);
  expect(inspection.size).toBe(1);
});

test("no more than max are shown; a place that falls free goes to the next", () => {
  const registry = registryOf();
  const { inspector, came } = watching();
  const all = Array.from({ length: 5 }, () => connectionOf());
  const inspection = inspectAll(registry, inspector, { max: 2 });
  for (const { connection } of all) registry.add(connection);
  expect(inspection.size).toBe(2);
  all[1]?.actor.disconnected();
  all[0]?.actor.disconnected();
  expect(inspection.size).toBe(2);
  expect(came).toEqual(all.slice(0, 4).map(({ connection }) => connection.id));
});

test("once stopped, nobody is shown and nobody is picked up", () => {
  const registry = registryOf();
  const { inspector, came, present } = watching();
  registry.add(connectionOf().connection);
  const inspection = inspectAll(registry, inspector);
  inspection.stop();
  registry.add(connectionOf().connection);
  expect(present.size).toBe(0);
  expect(inspection.size).toBe(0);
  expect(came).toHaveLength(1);
});

test("a connection that disagreed is not mirrored anew", () => {
  const puppet = new Puppet();
  const others = registryOf();
  const registry = {
    follow: (visit: (one: Inspectable) => () => void) => {
      visit(puppet);
      return others.follow(visit);
    },
  };
  const { inspector, came } = watching();
  const onDisagreement = vi.fn();
  inspectAll(registry, inspector, { onDisagreement });
  puppet.step(Event["throttle.reached"], 0, 0);
  const { connection } = connectionOf();
  others.add(connection);
  expect(onDisagreement).toHaveBeenCalledTimes(1);
  expect(came).toEqual(["puppet", connection.id]);
});

test("connections go by the names they are given", () => {
  const registry = registryOf();
  const { inspector, came } = watching();
  inspectAll(registry, inspector, { nameOf: ({ id }) => `/feed ${id}` });
  const { connection } = connectionOf();
  registry.add(connection);
  expect(came).toEqual([`/feed ${connection.id}`]);
});

test.each([0, -1, 1.5, Number.NaN])("max (%s) is refused", (max) => {
  const { inspector } = watching();
  expect(() => inspectAll(registryOf(), inspector, { max })).toThrow(
    `max (${max}) must be a whole number from 1`,
  );
});
