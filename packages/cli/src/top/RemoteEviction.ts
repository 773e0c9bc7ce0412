/** Who was cut off at a server that runs elsewhere, as its `/evictions` tells of it. Nothing of it is trusted. */
import { Schema } from "effect";

const RemoteEviction = Schema.Struct({
  id: Schema.String,
  label: Schema.optionalKey(Schema.String),
  atEpochMillis: Schema.Number,
  rung: Schema.String,
  reason: Schema.String,
});

const ByPath = Schema.Record(
  Schema.String,
  Schema.Struct({
    counts: Schema.Record(Schema.String, Schema.Number),
    latest: Schema.Array(RemoteEviction),
  }),
);

/** How many for each rung, and the last of them. */
export interface RemoteEvictions {
  readonly counts: Readonly<Record<string, number>>;
  readonly last: (typeof RemoteEviction.Type & { readonly path: string }) | undefined;
}

const decode = Schema.decodeUnknownSync(ByPath);

/** Of all paths. @throws {Error} that says which field is not what it must be. */
export function remoteEvictions(json: unknown): RemoteEvictions {
  const paths = Object.entries(decode(json));
  const counts: Record<string, number> = {};
  for (const [, one] of paths) {
    for (const [rung, count] of Object.entries(one.counts)) {
      if (count > 0) counts[rung] = (counts[rung] ?? 0) + count;
    }
  }
  const all = paths.flatMap(([path, { latest }]) => latest.map((one) => ({ ...one, path })));
  const [last] = all.sort((a, b) => b.atEpochMillis - a.atEpochMillis);
  return { counts, last };
}
