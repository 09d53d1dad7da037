/** One value, replaced as a whole; whoever shows it is told. */
export class Store<T> {
  private value: T;
  private readonly listeners = new Set<() => void>();

  constructor(initial: T) {
    this.value = initial;
  }

  get(): T {
    return this.value;
  }

  update(change: (before: T) => T): void {
    const after = change(this.value);
    if (Object.is(after, this.value)) return;
    this.value = after;
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls `listener` after every change until the function it gives back is called. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
