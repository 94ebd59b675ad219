import { Command, OplockLevel } from '@tsmbd/smb2-codec';
import { dissectPdu } from '../output/body.ts';
import { aboutOf, leaseText } from '../output/line.ts';
import { commandText, isFailure, nameOf, printable, statusText } from '../output/text.ts';
import type { OpenState } from '../track/model.ts';
import type { Pdu, PduSink } from '../track/pdu.ts';
import type { LeaseEvent, OpenRow, Row, View } from './model.ts';

/** Bytes of a PDU that are kept for the byte view, of all PDUs, and how many PDUs there may be. */
export const VIEW_LIMITS = { pduBytes: 2048, bytes: 256 << 20, pdus: 1_000_000 } as const;

const MARKS = { none: '', unchecked: 's', good: 'S', bad: '!' } as const;

/** Collects what the viewer shows of a capture. */
export class ViewCollector implements PduSink {
  readonly #rows: Row[] = [];
  readonly #opens = new Map<number, { open: OpenState; conversation: number }>();
  readonly #conversations: { client: string; server: string }[] = [];
  readonly #leases: LeaseEvent[] = [];
  #bytes: Uint8Array = new Uint8Array(1 << 16);
  #filled = 0;
  #left = 0;

  pdu(pdu: Pdu): void {
    if (this.#rows.length >= VIEW_LIMITS.pdus) {
      this.#left++;
      return;
    }
    const { conversation, header, open, request } = pdu;
    this.#conversations[conversation.index] ??= { client: conversation.client, server: conversation.server };
    if (open !== undefined && !this.#opens.has(open.index)) {
      this.#opens.set(open.index, { open, conversation: conversation.index });
    }
    const isResponse = !pdu.fromClient;
    const kept = Math.min(pdu.end - pdu.start, VIEW_LIMITS.pduBytes, VIEW_LIMITS.bytes - this.#filled);
    this.#rows.push({
      frame: pdu.frame,
      timeUs: pdu.timeUs,
      conversation: conversation.index,
      fromClient: pdu.fromClient,
      command: commandText(pdu),
      status: statusText(pdu)?.replace(/^STATUS_/, '') ?? '',
      latencyUs: isResponse ? (pdu.latencyUs ?? -1) : -1,
      isError: isFailure(pdu) || pdu.problem !== undefined,
      about: `${aboutOf(pdu)}${pdu.problem === undefined ? '' : ` (${printable(pdu.problem)})`}`,
      marks: `${pdu.sealed ? 'E' : ''}${pdu.compressed ? 'C' : ''}${MARKS[pdu.signature]}`,
      open: open?.index ?? -1,
      offset: this.#filled,
      kept,
      length: pdu.length,
      related: [
        request?.infoType ?? 0,
        request?.infoClass ?? 0,
        request?.ctlCode ?? 0,
        isPipe(pdu),
        request?.isReadDirAttr ?? false,
      ],
    });
    this.#keep(pdu.message, pdu.start, pdu.start + kept);
    if (header?.command === Command.CREATE || header?.command === Command.OPLOCK_BREAK) this.#lease(pdu);
  }

  /** All of it, when the capture is over. */
  view(title: string): View {
    const notes = this.#left > 0 ? [`${this.#left} more PDUs are not shown`] : [];
    return {
      model: {
        title: printable(title),
        conversations: Array.from(this.#conversations, (known) => known ?? { client: '', server: '' }),
        rows: this.#rows,
        opens: [...this.#opens.values()].map(openRow),
        leases: this.#leases,
        notes,
      },
      bytes: this.#bytes.subarray(0, this.#filled),
    };
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#filled + end - start;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#filled));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#filled);
    this.#filled = needed;
  }

  /** The state that a grant, a break or its acknowledgement leaves a lease in. */
  #lease(pdu: Pdu): void {
    const { kind, command, body, payloads } = dissectPdu(pdu);
    if (body === undefined || (kind !== 'response' && kind !== 'request')) return;
    const { timeUs } = pdu;
    if (command === 'CREATE' && kind === 'response') {
      const granted = payloads.find(({ key }) => key === 'RqLs')?.value as LeaseValue | undefined;
      if (granted !== undefined)
        this.#leases.push({ timeUs, key: granted.leaseKey, state: leaseText(granted.leaseState) });
    }
    if (command === 'OPLOCK_BREAK' && body.kind === 'lease') {
      this.#leases.push({ timeUs, key: body.leaseKey, state: leaseText(body.leaseState) });
    }
    if (command === 'OPLOCK_BREAK' && body.kind === 'lease-notification') {
      const state = `${leaseText(body.currentLeaseState)}→${leaseText(body.newLeaseState)}`;
      this.#leases.push({ timeUs, key: body.leaseKey, state });
    }
  }
}

interface LeaseValue {
  readonly leaseKey: string;
  readonly leaseState: number;
}

function isPipe({ tree }: Pdu): boolean {
  return tree?.path !== undefined && /\\IPC\$$/i.test(tree.path);
}

function openRow({ open, conversation }: { open: OpenState; conversation: number }): OpenRow {
  const path = open.tree?.path;
  const name = open.name ?? '?';
  return {
    index: open.index,
    name: printable(path === undefined ? name : `${path}\\${name}`),
    conversation,
    requestedUs: open.requestedUs,
    openedUs: open.openedUs ?? -1,
    closedUs: open.closedUs ?? -1,
    oplock: open.oplockLevel === undefined ? '' : nameOf(open.oplockLevel, OplockLevel),
    lease: open.leaseKey ?? '',
  };
}
