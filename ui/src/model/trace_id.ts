// One trace id, written as W3C Trace Context does and as X-Ray does.

/** X-Ray's form of 32 hex digits: `1-5759e988-bd862e3fe1be46a994272793`; "" for any other text. */
export function toXray(traceId: string): string {
  return /^[0-9a-f]{32}$/.test(traceId) ? `1-${traceId.slice(0, 8)}-${traceId.slice(8)}` : "";
}

/** What someone pasted, without what surrounds an id in logs and headers: spaces, quotes, traceparent, Root=. */
export function cleanTraceId(pasted: string): string {
  const text = pasted.trim().replace(/^["'`]+|["'`,;]+$/g, "");
  const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/i.exec(text);
  if (traceparent?.[1]) return traceparent[1].toLowerCase();
  const xray = /(?:^|Root=)(1-[0-9a-f]{8}-[0-9a-f]{24})/i.exec(text);
  if (xray?.[1]) return xray[1].toLowerCase();
  const link = /\/trace\/([^/?#]+)/.exec(text);
  return link?.[1] ? decodeURIComponent(link[1]) : text;
}
