/** Preloaded into a server of several threads: at SIGUSR2 its thread 1 ends by an error. */
import { BroadcastChannel, isMainThread, workerData } from "node:worker_threads";

const channel = new BroadcastChannel("crash");
channel.unref();
if (isMainThread) process.on("SIGUSR2", () => channel.postMessage("now"));
else if (workerData?.["@sluice/threads"]?.index === 1) {
  channel.onmessage = () => {
    setImmediate(() => {
      throw new Error("crashed by the test");
    });
  };
}
