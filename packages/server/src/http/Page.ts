/** The live page: one self-contained document that asks `/connections` once a second. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice</title>
<style>
  :root {
    color-scheme: light dark;
    --ink: #1c2430; --soft: #667085; --paper: #f6f7f9; --card: #ffffff; --line: #e3e6eb;
    --normal: #1a7f4b; --throttled: #9a6700; --paused: #bc4c00; --dropping: #c0262d;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ink: #e6e9ee; --soft: #98a2b3; --paper: #10141a; --card: #181d25; --line: #2a313c;
      --normal: #4ac983; --throttled: #e3b341; --paused: #f0883e; --dropping: #ff6b6b;
    }
  }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem); background: var(--paper); color: var(--ink);
    font: 15px/1.5 system-ui, sans-serif; }
  h1 { margin: 0; font-size: 1.4rem; letter-spacing: -0.01em; }
  header p { margin: 0.2rem 0 1.5rem; color: var(--soft); }
  .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: 0.55rem 0.9rem; text-align: left; white-space: nowrap; }
  th { color: var(--soft); font-weight: 500; font-size: 0.85rem; }
  tbody tr { border-top: 1px solid var(--line); }
  .number { text-align: right; }
  .state { font-weight: 600; }
  .normal, .healthy { color: var(--normal); }
  .throttled, .degraded { color: var(--throttled); }
  .paused { color: var(--paused); }
  .dropping, .unhealthy { color: var(--dropping); }
  .closing { color: var(--soft); }
  meter { width: 5rem; vertical-align: middle; }
  .advice { color: var(--soft); white-space: normal; min-width: 16rem; }
  footer { margin-top: 1rem; color: var(--soft); font-size: 0.85rem; }
  a { color: inherit; }
</style>
</head>
<body>
<header>
  <h1>Sluice</h1>
  <p id="summary" role="status">Connecting…</p>
</header>
<div class="scroll">
<table>
  <thead><tr>
    <th>Connection</th><th>Client</th><th>Policy</th><th>State</th><th>Fill</th>
    <th class="number">Delay</th><th class="number">Sent</th><th class="number">Lost</th>
    <th>Health</th><th>Recommendation</th>
  </tr></thead>
  <tbody id="rows"></tbody>
</table>
</div>
<footer><a href="/connections">/connections</a> · <a href="/metrics">/metrics</a> · <a href="/healthz">/healthz</a></footer>
<script>
  const number = new Intl.NumberFormat();
  const sum = (volumes) => Object.values(volumes).reduce((all, one) => all + one.messages, 0);
  function cell(row, text, className) {
    const element = row.insertCell();
    element.textContent = text;
    if (className) element.className = className;
    return element;
  }
  function show(connection) {
    const row = document.createElement("tr");
    cell(row, connection.id + " " + connection.path);
    cell(row, connection.client);
    cell(row, connection.policy);
    cell(row, connection.state, "state " + connection.state);
    const meter = document.createElement("meter");
    Object.assign(meter, { min: 0, max: 1, value: connection.fill });
    const percent = Math.round(connection.fill * 100) + " %";
    meter.setAttribute("aria-label", "fill " + percent);
    cell(row, "").append(meter, " " + percent);
    cell(row, Math.round(connection.delayMillis) + " ms", "number");
    cell(row, number.format(connection.delivered.messages), "number");
    cell(row, number.format(sum(connection.dropped) + sum(connection.rejected)), "number");
    cell(row, connection.health, connection.health);
    cell(row, connection.recommendation.reason, "advice");
    return row;
  }
  async function refresh() {
    const summary = document.getElementById("summary");
    try {
      const connections = await (await fetch("/connections")).json();
      document.getElementById("rows").replaceChildren(...connections.map(show));
      const slowed = connections.filter(({ state }) => state !== "normal").length;
      summary.textContent = connections.length + " connections, " + slowed + " of them slowed or shed";
    } catch {
      summary.textContent = "The server does not answer.";
    }
    setTimeout(refresh, 1000);
  }
  refresh();
</script>
</body>
</html>
`;
