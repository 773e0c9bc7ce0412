/** A connection of a server that runs elsewhere, as its `/connections` tells of it. Nothing of it is trusted. */
import { Schema } from "effect";

const Volume = Schema.Struct({ messages: Schema.Number, bytes: Schema.Number });

const Receipts = Schema.Struct({
  status: Schema.String,
  inFlight: Schema.NullOr(Volume),
  roundTripMillis: Schema.NullOr(Schema.Struct({ latest: Schema.Number })),
  oldestMillis: Schema.Number,
});

const RemoteConnection = Schema.Struct({
  id: Schema.String,
  path: Schema.String,
  client: Schema.String,
  /** What the server's owner calls it; a server of an earlier version has none. */
  label: Schema.optionalKey(Schema.NullOr(Schema.String)),
  state: Schema.String,
  health: Schema.String,
  fill: Schema.Number,
  delayMillis: Schema.Number,
  delivered: Volume,
  dropped: Schema.Record(Schema.String, Volume),
  rejected: Schema.Record(Schema.String, Volume),
  /** A server of an earlier version has none. */
  receipts: Schema.optionalKey(Receipts),
  recommendation: Schema.Struct({ action: Schema.String, reason: Schema.String }),
});

export type RemoteConnection = typeof RemoteConnection.Type;

const decode = Schema.decodeUnknownSync(Schema.Array(RemoteConnection));

/** @throws {Error} that says which field is not what it must be. */
export const remoteConnections = (json: unknown): ReadonlyArray<RemoteConnection> => decode(json);

/** The latest round trip, or how long an answer has been awaited if that is longer; undefined where nothing is known. */
export function roundTripMillis(receipts: RemoteConnection["receipts"]): number | undefined {
  const latest = receipts?.roundTripMillis?.latest;
  return latest === undefined ? undefined : Math.max(latest, receipts?.oldestMillis ?? 0);
}
