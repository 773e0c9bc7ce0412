import { App } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";
import { Effect, Stream } from "effect";

const server = Effect.gen(function* () {
  const sluice = yield* Sluice.make({ configuration: { overflow: "block" } });
  const rows = sluice.wrap({
    open: (socket) => {
      const connection = sluice.of(socket);
      const stream = Stream.range(1, 1_000).pipe(
        Stream.map((row) => `row ${row}`),
        Stream.run(connection.effect.sink),
        Effect.catchTag("SendError", (error) => Effect.logInfo(error.message)),
      );
      Effect.runFork(Effect.forkIn(stream, connection.scope));
    },
  });
  const app = App().ws("/rows", rows);
  app.listen(9001, () => {});
  yield* Effect.never;
});
Effect.runFork(Effect.scoped(server));
