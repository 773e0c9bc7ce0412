import { App } from "uWebSockets.js";
import { logConnections } from "@sluice/runtime";
import { Sluice } from "@sluice/uws";
import { Context, Logger, References } from "effect";
import { type Level, pino } from "pino";

const log = pino();
const toPino = Logger.make<unknown, void>(({ logLevel, message, fiber }) => {
  const about = fiber.getRef(References.CurrentLogAnnotations);
  const text = Array.isArray(message) ? message.join(" ") : String(message);
  log[logLevel.toLowerCase() as Level](about, text);
});
const context = Context.make(Logger.CurrentLoggers, new Set([toPino]));

const sluice = new Sluice({
  onError: (error, connection, what) => log.error({ err: error, connection: connection?.id }, what),
});
logConnections(sluice.connections, { context, annotations: () => ({ path: "/feed" }) });
const app = App().ws("/feed", sluice.wrap());
app.listen(9001, () => {});
