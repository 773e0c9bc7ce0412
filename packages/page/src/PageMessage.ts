/** What a page may say: decoded here, or refused with the value and the rule. */
import { describeProblem, overflowStrategies, problemsOf } from "@sluice/core";
import { Result, Schema, SchemaIssue } from "effect";
import type { Failure } from "./Protocol.js";

const name = Schema.String.check(
  Schema.isBetweenLength(1, 64, { expected: "a string of 1 to 64 characters" }),
);

const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(
    Schema.isBetween(
      { minimum, maximum },
      { expected: `a whole number from ${minimum} to ${maximum}` },
    ),
  );

const strategy = Schema.Literals(overflowStrategies);

/** Looks at one connection from now on, and no longer at the one before. */
const Watch = Schema.Struct({ type: Schema.Literal("watch"), id: name });
const Unwatch = Schema.Struct({ type: Schema.Literal("unwatch") });

const AddClients = Schema.Struct({
  type: Schema.Literal("add-clients"),
  kind: Schema.Literals(["fast", "slow", "stalled"]),
  strategy,
  count: whole(1, 100),
});
const SetSpeed = Schema.Struct({
  type: Schema.Literal("set-speed"),
  client: name,
  /** null is as fast as it can. */
  bytesPerSecond: Schema.NullOr(whole(0, 1_000_000_000)),
});
const SetStrategy = Schema.Struct({ type: Schema.Literal("set-strategy"), client: name, strategy });
const RemoveClient = Schema.Struct({ type: Schema.Literal("remove-client"), client: name });
const SetFeedRate = Schema.Struct({ type: Schema.Literal("set-feed-rate"), rate: whole(1, 5_000) });

/** What changes the demonstration. */
export type Control =
  | typeof AddClients.Type
  | typeof SetSpeed.Type
  | typeof SetStrategy.Type
  | typeof RemoveClient.Type
  | typeof SetFeedRate.Type;

export type PageMessage = typeof Watch.Type | typeof Unwatch.Type | Control;

const schemas = {
  watch: Watch,
  unwatch: Unwatch,
  "add-clients": AddClients,
  "set-speed": SetSpeed,
  "set-strategy": SetStrategy,
  "remove-client": RemoveClient,
  "set-feed-rate": SetFeedRate,
};

const options = { errors: "all", onExcessProperty: "error" } as const;
type Decoder = (value: unknown) => Result.Result<PageMessage, Schema.SchemaError>;
const format = SchemaIssue.makeFormatterStandardSchemaV1();

const decoders = new Map<unknown, { readonly decode: Decoder; readonly fields: object }>(
  Object.entries(schemas).map(([type, schema]) => [
    type,
    {
      decode: Schema.decodeUnknownResult(schema as Schema.Decoder<PageMessage>, options),
      fields: schema.fields,
    },
  ]),
);

/** Reads one text message. */
export function pageMessage(text: string): Result.Result<PageMessage, Failure> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused("bad-json", `not JSON: ${(error as Error).message}`);
  }
  try {
    return decode(value);
  } catch {
    // To describe a fault takes stack, of which there is only so much.
    return refused("bad-message", "the message is nested too deeply");
  }
}

function decode(value: unknown): Result.Result<PageMessage, Failure> {
  const type = (value as { readonly type?: unknown } | null)?.type;
  const known = decoders.get(type);
  if (known === undefined) {
    const types = [...decoders.keys()].join(", ");
    return refused("bad-message", `type (${JSON.stringify(type)}) must be one of: ${types}`);
  }
  return Result.mapError(known.decode(value), ({ issue }): Failure => {
    const problems = problemsOf(format(issue).issues, value, (field) =>
      Object.hasOwn(known.fields, field),
    );
    const message = problems.map((problem) => describeProblem(problem, "message")).join("; ");
    return { type: "error", code: "bad-message", message };
  });
}

function refused(code: Failure["code"], message: string): Result.Result<never, Failure> {
  return Result.fail({ type: "error", code, message });
}
