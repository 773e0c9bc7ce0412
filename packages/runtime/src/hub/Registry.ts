/** The registry of connections as a service. */
import { Context, Effect, Layer } from "effect";
import type { Connection } from "../view/Connection.js";
import { assessing } from "./assessing.js";
import { ConnectionRegistry } from "./ConnectionRegistry.js";

/** A connection of whatever messages: everything but its ways in. */
export type AnyConnection = Pick<
  Connection<never>,
  Exclude<keyof Connection<never>, "offer" | "send" | "sink">
>;

/** The registry as a service. */
export class Registry extends Context.Service<Registry, ConnectionRegistry<AnyConnection>>()(
  "@sluice/runtime/Registry",
) {
  /** A registry whose connections are assessed once a second while the layer lives. */
  static readonly layer: Layer.Layer<Registry> = Layer.effect(
    Registry,
    Effect.gen(function* () {
      const registry = new ConnectionRegistry<AnyConnection>();
      yield* Effect.forkScoped(assessing(registry));
      return registry;
    }),
  );
}
