import { fetchRejected, type Rejected } from "../api/queries";
import { formatCount, plural } from "../base/numbers";
import { protocolName } from "../model/names";
import { latest } from "../model/remote";
import { Fact } from "../widgets/facts";
import { useRemote } from "../widgets/hooks";
import { moveFocus, taken, useHotkeys } from "../widgets/hotkeys";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { AgoText, TimeText } from "../widgets/time_text";

const kRefreshMs = 10_000;

export function RejectedView() {
  const { remote, reload } = useRemote("rejected", fetchRejected, kRefreshMs);
  useHotkeys({ j: () => moveFocus(1), k: () => moveFocus(-1), r: taken(() => reload()) });
  const data = latest(remote);
  return (
    <>
      <header class="view-head">
        <h1>Rejected</h1>
        {data && (
          <p class="quiet view-note">
            since the server started, <TimeText at={data.since} />
          </p>
        )}
      </header>
      {remote.state === "failed" && data && <StaleNote failure={remote.failure} onRetry={reload} />}
      {data ? (
        <Rows data={data} />
      ) : remote.state === "failed" ? (
        <Failed what="what was rejected" failure={remote.failure} onRetry={reload} />
      ) : (
        <Loading what="what was rejected" />
      )}
    </>
  );
}

function Rows({ data }: { readonly data: Rejected }) {
  if (data.rows.length === 0) {
    return (
      <Empty title="Nothing was rejected">
        <p class="quiet">
          What a client sends and this server cannot take is answered in the vendor's own words, counted, and listed
          here with the reason and the remedy.
        </p>
      </Empty>
    );
  }
  return (
    <ul class="rejected">
      {data.rows.map((row) => (
        <li
          key={`${row.protocol} ${row.reason}`}
          class="card"
          data-testid="rejected-row"
          data-row=""
          // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k move among these rows
          tabIndex={0}
        >
          <div class="rejected-head">
            <span class="rejected-count" data-testid="rejected-count">
              {formatCount(Number(row.requests))}×
            </span>
            <h2 data-testid="rejected-reason">{row.reason}</h2>
            <span class="quiet">
              {protocolName(row.protocol)}
              {row.records > 0n && ` · ${plural(Number(row.records), "record")}`} · last <AgoText at={row.last} />
              {row.client !== "" && ` by ${row.client}`}
            </span>
          </div>
          <dl class="span-facts">
            {row.detail !== "" && (
              <Fact name="Answered">
                <span class="detail">{row.detail}</span>
              </Fact>
            )}
            {row.remedy !== "" && (
              <Fact name="What to do">
                <span class="remedy" data-testid="rejected-remedy">
                  {sentence(row.remedy)}
                </span>
              </Fact>
            )}
          </dl>
          {row.example !== "" && (
            <details>
              <summary>First bytes of the last one</summary>
              <pre class="example">{row.example}</pre>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A capital first and a full stop: remedies are written as phrases. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}
