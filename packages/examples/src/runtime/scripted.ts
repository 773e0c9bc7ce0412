import { Connection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Effect } from "effect";

const sizeOf = (text: string) => Buffer.byteLength(text);
const transport = new ScriptedTransport<string>({ sizeOf });
const flusher = new ManualFlusher();
const program = Effect.gen(function* () {
  const { connection } = yield* Connection.make({ transport, flusher, sizeOf });
  yield* connection.send("hello");
  flusher.settle();
});
await Effect.runPromise(Effect.scoped(program));
transport.accepted; // => ["hello"]
