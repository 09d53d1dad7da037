import type { Route } from "../model/route";
import { Link } from "./navigation";

interface Props {
  readonly first: boolean;
  readonly newest: Route;
  readonly older: Route | undefined;
  readonly onReload: () => void;
}

/** Pages of the server, newest first. Each has its own address. */
export function Pager({ first, newest, older, onReload }: Props) {
  return (
    <nav class="pager" aria-label="Pages">
      {first ? (
        <button type="button" onClick={onReload} title="r">
          Read again
        </button>
      ) : (
        <Link to={newest} class="button">
          Newest
        </Link>
      )}
      {older ? (
        <Link to={older} class="button" data-testid="older">
          Older
        </Link>
      ) : (
        <span class="quiet">That is all in this time.</span>
      )}
    </nav>
  );
}
