import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Connection, MessageObserver } from '@tsmbd/smb2-server';
import { fileHeader, packetBlock } from './pcapng.ts';
import { SyntheticTcp, unmapped } from './synthetic-tcp.ts';

/** Bytes that may wait for the disk. Messages beyond that are left out and counted. */
const MAX_WAITING = 32 << 20;

/** What to capture. */
export interface CaptureOptions {
  /** Address of the client. */
  readonly client: string;
  /** Absolute path of the file. An existing file is overwritten. */
  readonly out: string;
  /** The largest size of the file, in bytes. */
  readonly maxBytes: number;
}

/** What a capture needs to know of a connection. */
export type CapturedConnection = Pick<Connection, 'id'> & {
  readonly transport: Pick<Connection['transport'], 'remoteAddress' | 'remotePort' | 'localAddress'>;
};

/** The result of a capture. */
export interface CaptureSummary {
  readonly client: string;
  readonly out: string;
  readonly messages: number;
  readonly bytes: number;
  /** Messages that were left out because the disk was too slow or the file too large. */
  readonly dropped: number;
}

/**
 * Writes the messages of one client, decrypted and decompressed, to a pcapng file that Wireshark
 * opens. The file shows what was encrypted, so it has mode 0600.
 */
export class Capture implements MessageObserver {
  readonly #options: CaptureOptions;
  readonly #file: FileHandle;
  readonly #streams = new WeakMap<CapturedConnection, SyntheticTcp>();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #messages = 0;
  #bytes = 0;
  #dropped = 0;
  #failure: Error | undefined;

  private constructor(options: CaptureOptions, file: FileHandle) {
    this.#options = options;
    this.#file = file;
  }

  /**
   * Makes the file. Throws the error of the file system, and Error if the address is not an
   * address.
   */
  static async start(options: CaptureOptions): Promise<Capture> {
    if (isIP(options.client) === 0) throw new Error(`${options.client} is no IP address`);
    // It follows no link and waits for no pipe: the daemon may be root, and the folder may belong
    // to another user.
    const flags =
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(options.out, flags, 0o600);
    try {
      if (!(await file.stat()).isFile()) throw new Error(`${options.out} is no file`);
      await file.chmod(0o600);
    } catch (error) {
      await file.close();
      throw error;
    }
    const capture = new Capture({ ...options, client: unmapped(options.client) }, file);
    const comment =
      `Messages of ${options.client} with tsmbd, decrypted and decompressed by the server. ` +
      'TCP and IP headers are made up; the port 445 stands for whichever the server has.';
    capture.#write(fileHeader(comment, 'tsmbd capture'));
    return capture;
  }

  /** The address of the client whose messages are captured. */
  get client(): string {
    return this.#options.client;
  }

  /** @param length of the message, if its bytes are left out */
  message(
    connection: CapturedConnection,
    fromClient: boolean,
    bytes: Uint8Array,
    wasProtected: boolean,
    length = bytes.length,
  ): void {
    const { remoteAddress, remotePort, localAddress } = connection.transport;
    if (unmapped(remoteAddress) !== this.#options.client) return;
    let stream = this.#streams.get(connection);
    if (stream === undefined) {
      stream = new SyntheticTcp(remoteAddress, remotePort, localAddress);
      this.#streams.set(connection, stream);
    }
    const isFull = this.#bytes + bytes.length > this.#options.maxBytes || bytes.length < length;
    if (isFull || this.#waitingBytes > MAX_WAITING || this.#failure !== undefined) {
      stream.skip(fromClient, length);
      this.#dropped++;
      return;
    }
    this.#messages++;
    const timeUs = (performance.timeOrigin + performance.now()) * 1000;
    const comment = wasProtected ? `was encrypted on connection ${connection.id}` : undefined;
    for (const packet of stream.packets(fromClient, bytes)) this.#write(packetBlock(timeUs, packet, comment));
  }

  /**
   * Writes the messages that wait, and closes the file. Throws an error that the file system had
   * meanwhile.
   */
  async stop(): Promise<CaptureSummary> {
    await this.#writing;
    await this.#file.close();
    if (this.#failure !== undefined) throw this.#failure;
    const { client, out } = this.#options;
    return { client, out, messages: this.#messages, bytes: this.#bytes, dropped: this.#dropped };
  }

  #write(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#bytes += bytes.length;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const pieces = this.#waiting;
        this.#waiting = [];
        const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
        await this.#file.appendFile(Buffer.concat(pieces, length));
        this.#waitingBytes -= length;
      }
    } catch (error) {
      this.#failure = error as Error;
      this.#waiting = [];
    } finally {
      this.#writing = undefined;
    }
  }
}
