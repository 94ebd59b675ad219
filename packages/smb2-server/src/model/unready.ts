/** A message that cannot be sent yet. */
interface Message {
  readonly segments: readonly Uint8Array[];
  readonly done: (() => void) | undefined;
  readonly bytes: number;
  /** Another thread still signs or seals it. */
  isBusy: boolean;
}

/**
 * The messages of a connection that another thread signs or seals, and those that were sent behind
 * them. They leave in the order in which they were sent.
 */
export class Unready {
  readonly #send: (segments: readonly Uint8Array[], done: (() => void) | undefined) => void;
  readonly #failed: (error: unknown) => void;
  readonly #messages: Message[] = [];
  #bytes = 0;

  /** @param failed a message could not be signed or sealed */
  constructor(
    send: (segments: readonly Uint8Array[], done: (() => void) | undefined) => void,
    failed: (error: unknown) => void,
  ) {
    this.#send = send;
    this.#failed = failed;
  }

  /** Bytes of these messages. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a message if it has to wait: `ready` is given, or others wait before it. */
  takes(segments: readonly Uint8Array[], done: (() => void) | undefined, ready: Promise<void> | undefined): boolean {
    if (ready === undefined && this.#messages.length === 0) return false;
    let bytes = 0;
    for (const segment of segments) bytes += segment.length;
    const message: Message = { segments, done, bytes, isBusy: ready !== undefined };
    this.#messages.push(message);
    this.#bytes += bytes;
    const isReady = (): void => {
      message.isBusy = false;
      this.#sendReady();
    };
    ready?.then(isReady, (error: unknown) => {
      // The connection ends, so that none of these is sent any more.
      this.#failed(error);
      isReady();
    });
    return true;
  }

  #sendReady(): void {
    while (this.#messages.length > 0 && !this.#messages[0]!.isBusy) {
      const { segments, done, bytes } = this.#messages.shift()!;
      this.#bytes -= bytes;
      this.#send(segments, done);
    }
  }
}
