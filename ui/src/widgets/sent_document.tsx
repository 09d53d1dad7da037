// A vendor's own document, byte for byte as its client sent it.

import { useState } from "preact/hooks";
import { fetchDocuments } from "../api/queries";
import { indentJson } from "../base/json_text";
import { formatBytes } from "../base/numbers";
import { originOf } from "../model/origin";
import { latest } from "../model/remote";
import { CopyButton } from "./copy_button";
import { useRemote } from "./hooks";
import { Failed, Loading } from "./page_state";

interface Props {
  readonly traceId: string;
  readonly which: { readonly span: string } | { readonly key: string };
  /** Whose documents: those of others are left out. */
  readonly protocol: string;
}

/** Folded until somebody wants it; asked for then. */
export function SentDocuments(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details class="section" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="as-sent">
      <summary>
        <h3>As sent</h3> <span class="quiet">{originOf(props.protocol).name}</span>
      </summary>
      {open && <Documents {...props} />}
    </details>
  );
}

function Documents({ traceId, which, protocol }: Props) {
  const { remote, reload } = useRemote(`${traceId} ${JSON.stringify(which)}`, (signal) =>
    fetchDocuments(traceId, which, signal),
  );
  const documents = latest(remote)?.filter((one) => originOf(one.protocol).key === originOf(protocol).key);
  if (!documents) {
    return remote.state === "failed" ? (
      <Failed what="what was sent" failure={remote.failure} onRetry={reload} />
    ) : (
      <Loading what="what was sent" />
    );
  }
  if (documents.length === 0) return <p class="quiet">Nothing is kept of it as it was sent.</p>;
  return (
    <>
      {documents.map((one) => (
        <DocumentText key={`${one.key} ${one.time}`} text={one.document} kind={one.kind} />
      ))}
    </>
  );
}

/** Indented for the eye; the copy is what was sent. */
export function DocumentText({ text, kind }: { readonly text: string; readonly kind: string }) {
  return (
    <div class="sent-document">
      <p class="quiet">
        {kind} · {formatBytes(new TextEncoder().encode(text).length)}{" "}
        <CopyButton text={text} label="Copy it as it was sent" />
      </p>
      <pre data-testid="document">{indentJson(text)}</pre>
    </div>
  );
}
