/** What a client may say on `/query`: decoded here, or refused with a code, the value and the rule. */
import { Result, Schema, SchemaIssue } from "effect";

const id = Schema.String.check(
  Schema.isBetweenLength(1, 64, { expected: "a string of 1 to 64 characters" }),
);

const StartQuery = Schema.Struct({
  type: Schema.Literal("query"),
  /** The client's name for the query; every answer to it carries the name. */
  id,
  sql: Schema.String,
  /** Rows in a `batch`, at the most. */
  batchRows: Schema.optionalKey(
    Schema.Int.check(
      Schema.isBetween(
        { minimum: 1, maximum: 10_000 },
        { expected: "a whole number from 1 to 10000" },
      ),
    ),
  ),
});

const CancelQuery = Schema.Struct({ type: Schema.Literal("cancel"), id });

export type StartQuery = typeof StartQuery.Type;
export type CancelQuery = typeof CancelQuery.Type;
export type ClientMessage = StartQuery | CancelQuery;

/** Why a message was not understood. */
export interface BadMessage {
  readonly code: "bad-json" | "unknown-type" | "missing-field" | "bad-field";
  readonly message: string;
  /** The id that the message carries, if that is a string. */
  readonly id?: string;
}

const options = { errors: "all", onExcessProperty: "error" } as const;
const decoders: Readonly<
  Record<string, (value: unknown) => Result.Result<ClientMessage, Schema.SchemaError>>
> = {
  query: Schema.decodeUnknownResult(StartQuery, options),
  cancel: Schema.decodeUnknownResult(CancelQuery, options),
};

/** Reads one text message. */
export function clientMessage(text: string): Result.Result<ClientMessage, BadMessage> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return Result.fail({ code: "bad-json", message: `not JSON: ${(error as Error).message}` });
  }
  return Result.mapError(attempt(value), (problem) => ({ ...problem, ...idOf(value) }));
}

/** JSON is read however deep it is; to describe a fault in it takes stack, of which there is only so much. */
function attempt(value: unknown): Result.Result<ClientMessage, BadMessage> {
  try {
    return decode(value);
  } catch {
    return Result.fail({ code: "bad-field", message: "the message is nested too deeply" });
  }
}

function decode(value: unknown): Result.Result<ClientMessage, BadMessage> {
  const types = Object.keys(decoders).join(", ");
  if (typeof value !== "object" || value === null || !("type" in value)) {
    const message = `a message must be an object with a type, one of: ${types}`;
    return Result.fail({ code: "missing-field", message });
  }
  const { type } = value;
  const decoder = typeof type === "string" && Object.hasOwn(decoders, type) && decoders[type];
  if (!decoder) {
    const message = `type (${show(type)}) must be one of: ${types}`;
    return Result.fail({ code: "unknown-type", message });
  }
  return Result.mapError(decoder(value), (error) => badFields(value, error));
}

const format = SchemaIssue.makeFormatterStandardSchemaV1();

/** Every problem in one message; the first decides the code. */
function badFields(value: object, error: Schema.SchemaError): BadMessage {
  const { issues } = format(error.issue);
  const rules = issues.map(({ path = [], message }) => {
    const field = path.map(String).join(".");
    if (message.startsWith("Missing")) return `${field} is missing`;
    if (message.includes("excess")) return `${field} is not a field`;
    const given = show((value as Record<string, unknown>)[field]);
    return `${field} (${given}) ${message.replace("Expected", "must be")}`;
  });
  const isMissing = issues[0]?.message.startsWith("Missing");
  return { code: isMissing ? "missing-field" : "bad-field", message: rules.join("; ") };
}

function idOf(value: unknown): { readonly id?: string } {
  const id = (value as { readonly id?: unknown } | null)?.id;
  return typeof id === "string" ? { id: id.slice(0, 64) } : {};
}

/** A value as JSON, cut short. One that is nested deeper than the stack is named, not written. */
function show(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "undefined";
  } catch {
    return Array.isArray(value) ? "[…]" : "{…}";
  }
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
