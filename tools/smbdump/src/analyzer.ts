import type { CaptureSink, Packet } from './capture/packet.ts';
import { CaptureReader } from './capture/reader.ts';
import { DEFAULT_TABLE_LIMITS, type TableLimits } from './net/conversation.ts';
import { emptyIpPayload, Protocol, readIp } from './net/ip.ts';
import { RoceTable } from './net/roce.ts';
import { TcpTable } from './net/tcp-table.ts';
import { KeyRing } from './track/key-ring.ts';
import type { PduSink } from './track/pdu.ts';
import { Tracker } from './track/tracker.ts';

/** How to analyse a capture. */
export interface AnalyzerOptions {
  /** What opens sealed messages and verifies signatures; keys within a pcapng are added to it. */
  readonly keys?: KeyRing;
  /**
   * Whether the data of READ and WRITE are wanted; without them it is faster. They are by default.
   */
  readonly payloads?: boolean;
  /**
   * Ports at which servers are expected, beside 445 and 139; elsewhere SMB is recognised by its
   * messages.
   */
  readonly ports?: readonly number[];
  readonly limits?: Partial<TableLimits>;
  /** Told what is wrong with the file. */
  readonly problem?: (text: string) => void;
}

/**
 * Type of a pcapng Decryption Secrets Block whose data are lines of `KeyRing.addText`: 'SMBK'; one
 * of our own.
 */
export const SECRETS_TYPE = 0x534d424b;

/**
 * From the bytes of a capture to PDUs: `push` what there is, in pieces of any size, then `end`.
 * Throws CaptureError for what is no capture. Knows nothing of files and runs wherever JavaScript
 * does.
 */
export class Analyzer implements CaptureSink {
  readonly #reader = new CaptureReader(this);
  readonly #tcp: TcpTable;
  readonly #roce: RoceTable;
  readonly #keys: KeyRing;
  readonly #ip = emptyIpPayload();
  readonly #options: AnalyzerOptions;
  #conversations = 0;
  /** Packets that the capture had, and the time of the first. */
  packets = 0;
  firstUs = 0;

  constructor(sink: PduSink, options: AnalyzerOptions = {}) {
    this.#options = options;
    this.#keys = options.keys ?? new KeyRing();
    const tracker = new Tracker(sink, { ...options, keys: this.#keys });
    const limits = { ...DEFAULT_TABLE_LIMITS, ...options.limits };
    const nextIndex = (): number => this.#conversations++;
    this.#tcp = new TcpTable(tracker, nextIndex, options.ports, limits);
    this.#roce = new RoceTable(tracker, nextIndex);
  }

  /** The next bytes of the file, already decompressed. */
  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** The file is over. */
  end(): void {
    this.#reader.end();
    this.#tcp.end();
    this.#roce.end();
  }

  packet(packet: Packet): void {
    if (this.packets === 0) this.firstUs = packet.timeUs;
    this.packets++;
    if (!readIp(packet, this.#ip)) return;
    if (this.#ip.protocol === Protocol.TCP) this.#tcp.segment(packet, this.#ip);
    else if (this.#ip.protocol === Protocol.UDP) this.#roce.datagram(packet, this.#ip);
  }

  secrets(type: number, data: Uint8Array): void {
    if (type !== SECRETS_TYPE) return;
    try {
      this.#keys.addText(new TextDecoder().decode(data));
    } catch (error) {
      this.problem(`secrets of the capture: ${(error as Error).message}`);
    }
  }

  problem(text: string): void {
    this.#options.problem?.(text);
  }
}
