/** Lets one loop sleep until another has something for it. */
export class Wake {
  #resolve: (() => void) | undefined;

  notify(): void {
    this.#resolve?.();
  }

  /** Resolves at the next `notify`, or after `ms`. */
  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#resolve = undefined;
  }
}
