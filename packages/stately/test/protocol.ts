/** What goes over the wire to Stately's inspector, version 0.7.2, strictly: a message that has more or less is none. */
import { Schema } from "effect";

const common = {
  _version: Schema.Literal("0.7.2"),
  createdAt: Schema.String.check(Schema.isPattern(/^\d{13}$/)),
  id: Schema.Null,
  rootId: Schema.String,
  sessionId: Schema.String,
};

const Value = Schema.Union([
  Schema.Struct({
    open: Schema.Struct({
      flow: Schema.Literals(["normal", "throttled", "paused", "dropping"]),
      health: Schema.Literals(["healthy", "degraded", "unhealthy"]),
    }),
  }),
  Schema.Literals(["closing", "closed"]),
]);

const Snapshot = Schema.Struct({
  status: Schema.Literals(["active", "done", "stopped"]),
  value: Value,
  context: Schema.Struct({}),
  children: Schema.Struct({}),
  historyValue: Schema.Struct({}),
  tags: Schema.Array(Schema.String),
});

const Event = Schema.Struct({
  type: Schema.NonEmptyString,
  input: Schema.optionalKey(Schema.Unknown),
});

const ActorMessage = Schema.Struct({
  ...common,
  type: Schema.Literal("@xstate.actor"),
  name: Schema.NonEmptyString,
  /** The machine's definition, as JSON. */
  definition: Schema.String,
  snapshot: Snapshot,
});

const EventMessage = Schema.Struct({
  ...common,
  type: Schema.Literal("@xstate.event"),
  event: Event,
});

const SnapshotMessage = Schema.Struct({
  ...common,
  type: Schema.Literal("@xstate.snapshot"),
  event: Event,
  snapshot: Snapshot,
});

const Message = Schema.Union([ActorMessage, EventMessage, SnapshotMessage]);

export type Message = typeof Message.Type;

/** Reads a message; throws, saying what is wrong, when it is none of the protocol. */
export const messageOf: (json: unknown) => Message = Schema.decodeUnknownSync(Message, {
  errors: "all",
  onExcessProperty: "error",
});
