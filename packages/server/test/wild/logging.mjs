// A client that writes down what it has received before it answers anything that comes behind it.
import { openSync, writeSync } from "node:fs";
import { WebSocket } from "ws";

const [url, log] = process.argv.slice(2);
const file = openSync(log, "a");
new WebSocket(url).on("message", (data) => writeSync(file, `${data.length}\n`));
