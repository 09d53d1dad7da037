// The four vendors, the one line that each client sets, and a light that turns on when its data comes.

import type { ClientStatus, Status } from "../api/queries";
import { formatAgo } from "../base/nanos";
import { CopyButton } from "../widgets/copy_button";

interface Vendor {
  readonly clients: readonly string[];
  readonly title: string;
  readonly lines: (base: string, host: string) => readonly (readonly [string, string])[];
}

const kVendors: readonly Vendor[] = [
  {
    clients: ["otlp", "honeycomb"],
    title: "Honeycomb and OpenTelemetry",
    lines: (base) => [
      ["any OpenTelemetry exporter", `OTEL_EXPORTER_OTLP_ENDPOINT=${base}`],
      ["Libhoney and beelines", `api_host=${base}`],
    ],
  },
  {
    clients: ["xray"],
    title: "AWS X-Ray",
    lines: (base, host) => [
      ["X-Ray SDKs and the daemon's place", `AWS_XRAY_DAEMON_ADDRESS=${host}:2000`],
      ["aws xray", `AWS_ENDPOINT_URL_XRAY=${base}`],
    ],
  },
  {
    clients: ["cloudwatch"],
    title: "AWS CloudWatch Logs",
    lines: (base) => [["any AWS SDK, the agent, aws logs", `AWS_ENDPOINT_URL_LOGS=${base}`]],
  },
  { clients: ["rollbar"], title: "Rollbar", lines: (base) => [["any Rollbar SDK", `endpoint=${base}/api/1/`]] },
];

export function Connect({ status, open }: { readonly status: Status; readonly open: boolean }) {
  return (
    <details class="connect card" open={open}>
      <summary>
        <h2>Connect a client</h2>
        {open && (
          <p class="quiet">Nobody changes code: set one line, restart the client, and its light turns on here.</p>
        )}
      </summary>
      <ul class="vendors">
        {kVendors.map((vendor) => (
          <VendorCard key={vendor.title} vendor={vendor} status={status} />
        ))}
      </ul>
    </details>
  );
}

function VendorCard({ vendor, status }: { readonly vendor: Vendor; readonly status: Status }) {
  const clients = status.clients.filter((one) => vendor.clients.includes(one.client));
  const last = newest(clients);
  const light = last === undefined ? "off" : "on";
  const words = {
    off: "Waiting for the first data",
    on: `Receiving: last ${last === undefined ? "" : formatAgo(last, status.now)}`,
  }[light];
  return (
    <li class={`vendor ${light}`} data-testid="vendor" data-light={light}>
      <h3>{vendor.title}</h3>
      <p class="light">
        <span class="lamp" aria-hidden="true" />
        {words}
      </p>
      {vendor.lines(location.origin, location.hostname).map(([who, line]) => (
        <div key={line} class="client-line">
          <span class="quiet">{who}</span>
          <code>{line}</code>
          <CopyButton text={line} label={`Copy ${line}`} />
        </div>
      ))}
    </li>
  );
}

function newest(clients: readonly ClientStatus[]) {
  return clients.reduce<bigint | undefined>(
    (best, one) => (one.last !== undefined && (best === undefined || one.last > best) ? one.last : best),
    undefined,
  );
}
