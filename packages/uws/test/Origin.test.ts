import {
  App,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocketBehavior,
} from "uWebSockets.js";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { type OriginOptions, OriginRule, Sluice, sameOrigin } from "../src/index.js";

/** Its name has no value in the types of uWebSockets.js. */
const sharedCompressor = 1;

interface Asked {
  readonly origin?: string | ReadonlyArray<string>;
  readonly host?: string | ReadonlyArray<string>;
  readonly "x-forwarded-host"?: string | ReadonlyArray<string>;
}

function judge(asked: Asked, options?: OriginOptions) {
  return new OriginRule(options).decide((name) => [asked[name] ?? []].flat());
}

describe("a page of the server itself is its own", () => {
  test.each([
    ["http://127.0.0.1:9001", "127.0.0.1:9001"],
    ["https://ops.example.com", "ops.example.com"],
    ["https://ops.example.com", "ops.example.com:443"],
    ["http://ops.example.com", "ops.example.com:80"],
    ["http://Ops.Example.com", "ops.example.COM"],
    ["http://[::1]:9001", "[::1]:9001"],
    ["http://[0:0:0:0:0:0:0:1]:9001", "[::1]:9001"],
    ["http://bücher.example", "xn--bcher-kva.example"],
  ])("origin %j, host %j", (origin, host) => {
    expect(judge({ origin, host })).toBe("own");
  });
});

describe("a page of anybody else is foreign", () => {
  test.each<[Asked["origin"] & {}, Asked["host"] & {}]>([
    ["http://evil.example", "127.0.0.1:9001"],
    ["http://127.0.0.1:9002", "127.0.0.1:9001"],
    ["http://ops.example.com", "ops.example.com:443"],
    ["http://127.0.0.1:9001.evil.example", "127.0.0.1:9001"],
    ["http://127.0.0.1:9001@evil.example", "127.0.0.1:9001"],
    ["http://evil.example#127.0.0.1:9001", "127.0.0.1:9001"],
    ["http://evil.example", "127.0.0.1:9001@evil.example"],
    ["http://evil.example", "evil.example/127.0.0.1:9001"],
    ["http://a.example, http://b.example", "a.example"],
    ["null", "null"],
    ["null", "127.0.0.1:9001"],
    ["", "127.0.0.1:9001"],
    ["http://127.0.0.1:9001", ""],
    ["file://", "127.0.0.1:9001"],
    [["http://a.example", "http://evil.example"], "a.example"],
    ["http://evil.example", ["a.example", "evil.example"]],
    ["http://a.example", ["a.example", "b.example"]],
    ["http://a.example", []],
    [["http://a.example", "http://a.example"], "a.example"],
  ])("origin %j, host %j", (origin, host) => {
    expect(judge({ origin, host })).toBe("foreign");
  });
});

describe("what a lenient reader would overlook makes it foreign", () => {
  const own = "own.example";
  test.each([
    [` http://${own}`],
    [`http://${own} `],
    [`http://${own}/`],
    [`http://${own}/path`],
    [`http://${own}\\path`],
    [`http://${own}?x`],
    [`http://${own}#x`],
    [`http://user@${own}`],
    [`http://${own},x`],
    [`http:${own}`],
    [`http://${own}:x`],
    [`//${own}`],
    [own],
  ])("in its origin: %j", (origin) => {
    expect(judge({ origin: `http://${own}`, host: own })).toBe("own");
    expect(judge({ origin, host: own })).toBe("foreign");
    expect(() => new OriginRule({ allow: [origin] })).toThrow("allow.0");
  });

  test.each([
    [` ${own}`],
    [`${own} `],
    [`${own}/`],
    [`${own}\\`],
    [`${own}?x`],
    [`${own}#x`],
    [`user@${own}`],
    [`${own},${own}`],
  ])("in its host: %j", (host) => {
    expect(judge({ origin: `http://${own}`, host })).toBe("foreign");
  });

  test("though the proxy that it came by may have more than one name for it", () => {
    const forwarded = (...names: ReadonlyArray<string>) =>
      judge({ origin: `http://${own}`, host: "inner", "x-forwarded-host": names });
    expect(forwarded()).toBe("foreign");
    expect(forwarded("")).toBe("foreign");
    expect(forwarded(` ${own} , inner`)).toBe("own");
    expect(forwarded(own, "inner")).toBe("own");
    expect(forwarded("inner", own)).toBe("foreign");
  });
});

test("who sends no origin is a program", () => {
  expect(judge({ host: "a.example" })).toBe("none");
});

test("a page is the server's own by the name that its proxy was reached by, unless told not to trust it", () => {
  const asked = (forwarded: string) => ({
    origin: "https://ops.example.org",
    host: "10.0.0.7:9001",
    "x-forwarded-host": forwarded,
  });
  expect(judge(asked("ops.example.org"))).toBe("own");
  expect(judge(asked("Ops.Example.org:443, inner.example"))).toBe("own");
  expect(judge(asked("inner.example, ops.example.org"))).toBe("foreign");
  expect(judge(asked("ops.example.org"), { trustProxy: false })).toBe("foreign");
});

test("a page of an allowed origin passes, by its parsed origin and in full", () => {
  const allow = ["https://Example.org:443", "http://[::1]:3000", "chrome-extension://abcdef"];
  const verdict = (origin: string) => judge({ origin, host: "a.example" }, { allow });
  expect(verdict("https://example.org")).toBe("allowed");
  expect(verdict("http://[::1]:3000")).toBe("allowed");
  expect(verdict("chrome-extension://abcdef")).toBe("allowed");
  expect(verdict("http://example.org")).toBe("foreign");
  expect(verdict("https://sub.example.org")).toBe("foreign");
  expect(verdict("https://example.org:8443")).toBe("foreign");
  expect(verdict("chrome-extension://other")).toBe("foreign");
  expect(verdict("chrome-extension://ABCDEF")).toBe("allowed");
  expect(verdict("moz-extension://abcdef")).toBe("foreign");
});

test("options that are none are refused, each by its name, value and rule", () => {
  const wrong = {
    allow: ["example.org", "null", "*", "https://a.example/path", 7],
    trustProxi: true,
  };
  expect(() => sameOrigin(wrong as never)).toThrow(
    /allow\.0 \("example\.org"\) must be an origin[\s\S]*allow\.1[\s\S]*allow\.2[\s\S]*allow\.3[\s\S]*allow\.4[\s\S]*trustProxi.*did you mean trustProxy/,
  );
  expect(() => sameOrigin({ allow: "https://a.example" } as never)).toThrow(/allow .*array/);
  const nested = { allow: [["https://a.example"]] };
  expect(() => sameOrigin(nested as never)).toThrow(/allow\.0 .*must be an origin/);
  expect(() => sameOrigin({ trustProxy: "yes" } as never)).toThrow(/trustProxy .*true or false/);
});

describe("on a real socket", () => {
  test("a foreign page is refused at the upgrade with 403 and a structured error", async () => {
    const attempt = await guarded();
    const refused = await attempt({
      origin: "https://evil.example",
      host: "own.example",
    });
    expect(refused.status).toBe(403);
    expect(refused.type).toBe("application/json");
    expect(JSON.parse(refused.body)).toEqual({
      code: "foreign-origin",
      message:
        'origin ("https://evil.example") must be of this server ("own.example"), or be allowed by it',
    });
  });

  test("two origins are no origin of ours, in either order", async () => {
    const attempt = await guarded({ allow: ["https://a.example"] });
    for (const origin of [
      ["https://a.example", "https://evil.example"],
      ["https://evil.example", "https://a.example"],
    ]) {
      const refused = await attempt({ origin: origin as never });
      expect(refused.status).toBe(403);
      expect(refused.body).toContain(origin.join(", "));
    }
  });

  test("who passes has the protocol and the extensions that it agrees on with the server", async () => {
    const attempt = await guarded({}, undefined, { compression: sharedCompressor });
    const upgraded = await attempt({ "sec-websocket-protocol": "feed" }, true);
    expect(upgraded).toMatchObject({ status: 101, protocol: "feed" });
    expect(upgraded.extensions).toContain("permessage-deflate");
  });

  test("an empty origin is refused, a missing one passes", async () => {
    const attempt = await guarded();
    expect((await attempt({ origin: "" })).status).toBe(403);
    expect((await attempt({})).status).toBe(101);
  });

  test("its own pages, allowed ones, and those behind a proxy are upgraded", async () => {
    const attempt = await guarded({ allow: ["https://a.example"] });
    expect((await attempt({ origin: "http://own.example", host: "own.example" })).status).toBe(101);
    expect((await attempt({ origin: "https://a.example" })).status).toBe(101);
    const proxied = { origin: "https://ops.example", "x-forwarded-host": "ops.example" };
    expect((await attempt(proxied)).status).toBe(101);
  });

  test("a handler behind the guard sees those who pass, and no others", async () => {
    const seen: Array<string> = [];
    const attempt = await guarded({}, (response, request) => {
      seen.push(request.getHeader("origin"));
      response.writeStatus("418 Teapot").end("{}");
    });
    expect((await attempt({ origin: "https://evil.example" })).status).toBe(403);
    expect((await attempt({ origin: "http://own.example", host: "own.example" })).status).toBe(418);
    expect(seen).toEqual(["http://own.example"]);
  });
});

/** A server with a guard; answers with what became of an attempt to connect. */
async function guarded(
  options?: OriginOptions,
  upgrade?: Parameters<typeof sameOrigin>[1],
  behavior: WebSocketBehavior<unknown> = {},
) {
  const sluice = new Sluice();
  const app = App().ws("/*", sluice.wrap({ ...behavior, upgrade: sameOrigin(options, upgrade) }));
  const port = await new Promise<number>((resolve, reject) => {
    app.listen("127.0.0.1", 0, (listening) => {
      if (listening === false) return reject(new Error("cannot listen"));
      onTestFinished(() => {
        us_listen_socket_close(listening);
        app.close();
      });
      resolve(us_socket_local_port(listening as never));
    });
  });
  return async (headers: Readonly<Record<string, string>>, perMessageDeflate = false) => {
    const { "sec-websocket-protocol": protocol = [], ...others } = headers;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocol, {
      perMessageDeflate,
      headers: others,
    });
    socket.on("error", () => {});
    onTestFinished(() => socket.terminate());
    return await Promise.race([
      once(socket, "open").then(() => {
        const { protocol, extensions } = socket;
        return { status: 101, body: "", type: undefined, protocol, extensions };
      }),
      once(socket, "unexpected-response").then(async ([, response]) => ({
        status: response.statusCode as number,
        type: response.headers["content-type"] as string,
        body: await text(response),
        protocol: "",
        extensions: "",
      })),
    ]);
  };
}
