/** Where a request comes from: another site's page must neither read this server's feed nor control it. */

/** What a browser says of a request. Empty for a header that was not sent. */
export interface Provenance {
  readonly origin: string;
  readonly host: string;
}

/** Whether a request comes from a page of this very server. Who names no origin is no page, and is refused too. */
export function isOwnPage({ origin, host }: Provenance): boolean {
  const from = parse(origin);
  return from !== undefined && from.host === parse(`${from.protocol}//${host}`)?.host;
}

/**
 * Whether the address is this machine's own or a number. A name could be anyone's, pointed here for a moment
 * (DNS rebinding), and then a foreign page has the same origin: that is enough to look and not to control.
 */
export function isUnmistakable({ host }: Provenance): boolean {
  const name = parse(`http://${host}`)?.hostname ?? "";
  return name === "localhost" || name.startsWith("[") || /^\d+(\.\d+){3}$/.test(name);
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
