/** What the threads of the tests run: what a client says is published, or done. */
import { App } from "uWebSockets.js";
import { serve } from "@sluice/threads";
import { Sluice } from "@sluice/uws";

await serve(({ bus, index, data, whole, ask }) => {
  if (data?.fails === index) throw new Error("no service today");
  const app = App();
  const sluice = new Sluice({ app, bus, configuration: data?.configuration });
  app.ws(
    "/*",
    sluice.wrap({
      open: (socket) => {
        const connection = sluice.of(socket);
        for (const channel of data?.channels ?? []) connection.subscribe(channel);
        connection.offer(`thread ${index}`);
      },
      message: async (socket, payload) => {
        const [verb, channel, ...words] = Buffer.from(payload).toString().split(" ");
        const connection = sluice.of(socket);
        switch (verb) {
          case "publish":
            return sluice.publish(channel, words.join(" "));
          case "many":
            for (let one = 0; one < Number(words[0]); one++) {
              sluice.publish(channel, `${words[1] ?? index}:${one}`);
            }
            return;
          case "store": {
            const { stored } = sluice.publish(channel, words.join(" "));
            return connection.offer(JSON.stringify(await stored));
          }
          case "whole": {
            const { connections } = await whole.connections();
            const counts = await whole.counts();
            const answers = await whole.ask("who");
            const metrics = await whole.metrics();
            return connection.offer(JSON.stringify({ connections, counts, answers, metrics }));
          }
          case "ask":
            return connection.offer(await ask(channel).catch(({ message }) => `error: ${message}`));
          case "statistics":
            return connection.offer(JSON.stringify(bus.statistics));
          case "throw":
            return setImmediate(() => {
              throw new Error("a thread has thrown");
            });
          case "exit":
            return process.exit(3);
          case "block": {
            const until = performance.now() + Number(channel);
            while (performance.now() < until);
          }
        }
      },
    }),
  );
  const metrics = () => `# TYPE teas_total counter\nteas_total ${index}\n`;
  return { app, sluice, metrics, answer: (question) => `${question}: ${index}` };
});
