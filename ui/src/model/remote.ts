// What a view knows about data that comes from the server. The last answer stays while a newer one is on its way.

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export type Remote<T> =
  | { readonly state: "loading"; readonly previous: T | undefined }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly failure: Failure; readonly previous: T | undefined };

export function latest<T>(remote: Remote<T>): T | undefined {
  return remote.state === "ready" ? remote.value : remote.previous;
}

export function loading<T>(before: Remote<T> | undefined): Remote<T> {
  return { state: "loading", previous: before && latest(before) };
}

export function failed<T>(before: Remote<T> | undefined, failure: Failure): Remote<T> {
  return { state: "failed", failure, previous: before && latest(before) };
}
