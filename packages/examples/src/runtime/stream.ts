import type { PlainConnection } from "@sluice/runtime";

export async function stream(connection: PlainConnection<string>, rows: AsyncIterable<string>) {
  for await (const row of rows) await connection.send(row);
}
