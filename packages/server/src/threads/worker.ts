/** What each thread of `sluice serve --threads` runs: the site of a server, which shows all threads. */
import { App } from "uWebSockets.js";
import { serve } from "@sluice/threads";
import type { FeedMaker } from "../feed/FeedRoute.js";
import { Guests } from "../Guests.js";
import { hideVersion } from "../hideVersion.js";
import { Site } from "../Site.js";
import { Telemetry } from "../Telemetry.js";
import type { MainQuestion, ThreadData, ThreadQuestion, Told } from "./Question.js";
import {
  type Control,
  type DemonstrationState,
  RemoteDemonstration,
} from "./RemoteDemonstration.js";
import { RemoteQueries } from "./RemoteQueries.js";
import { shareOf } from "./shares.js";
import { wholeAccount } from "./wholeAccount.js";

/** The main thread makes the feed, and hears by the bus whether a thread has listeners. */
const elsewhere: FeedMaker = { join: () => {}, leave: () => {}, stop: () => Promise.resolve() };

await serve(async ({ bus, index, data, whole, ask }) => {
  const { threads, guestSecret, origins, admission } = data as ThreadData;
  const askMain: (question: MainQuestion) => Promise<unknown> = ask;
  hideVersion();
  const telemetry = await Telemetry.start(process.env, index);
  const app = App();
  const site = new Site(app, {
    context: telemetry.context,
    guests: new Guests(guestSecret),
    origins,
    admission: shareOf(admission, threads, index),
    queries: new RemoteQueries(askMain),
    makeFeed: () => elsewhere,
    bus,
    account: () => wholeAccount(whole, threads),
    whole,
  });
  const demonstrate = (state: DemonstrationState) => {
    const work = (control: Control) => askMain({ about: "control", control });
    site.page.demonstrate(new RemoteDemonstration(state, work));
  };
  // One that takes the place of another comes when it has begun.
  const state = (await askMain({ about: "demonstration" })) as DemonstrationState | undefined;
  if (state !== undefined) demonstrate(state);
  const { book } = site;
  return {
    app,
    sluice: {
      connections: {
        get size() {
          return book.size;
        },
        [Symbol.iterator]: () => book.shown(),
      },
      get lingering() {
        return site.lingering;
      },
      get channels() {
        return site.channels;
      },
      close: (options) => site.close(options),
    },
    metrics: () => site.metrics.text(),
    answer: (question) =>
      site.page.answer(question) ?? answer(site, demonstrate, question as ThreadQuestion),
    close: async () => {
      await askMain({ about: "accounts", told: told(site) });
      await telemetry.stop();
    },
  };
});

function answer(
  site: Site,
  demonstrate: (state: DemonstrationState) => void,
  question: ThreadQuestion,
): unknown {
  switch (question.about) {
    case "glance":
      return site.book.glance(question.maxFirst);
    case "evictions":
      return JSON.parse(JSON.stringify(site.evictions));
    case "demonstrate":
      return demonstrate(question.state);
    case "dismiss":
      return site.book.dismiss(question.client, question.reason);
    default:
      return question satisfies never;
  }
}

function told({ book }: Site): Told {
  const { forgotten, forgottenUnbalanced } = book;
  return { closed: book.closed(), open: book.open(), forgotten, forgottenUnbalanced };
}
