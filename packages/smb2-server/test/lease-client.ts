import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  type CreateRequest,
  type CreateResponse,
  Dialect,
  HEADER_SIZE,
  type Lease,
  type LeaseBreakNotification,
  lease as leaseCodec,
  oplockBreakRequest,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import type { Harness } from './harness.ts';
import { create, type Mount, mount } from './requests.ts';

export const CLIENT_A = 'aaaaaaaa-0000-4000-8000-000000000000';
export const CLIENT_B = 'bbbbbbbb-0000-4000-8000-000000000000';

/** A client that keeps the lease breaks it is told of. */
export interface Client extends Mount {
  readonly breaks: LeaseBreakNotification[];
}

export async function client(
  h: Harness,
  clientGuid: string,
  dialect: number = Dialect.SMB_3_1_1,
  share = 'share',
): Promise<Client> {
  const breaks: LeaseBreakNotification[] = [];
  const onNotification = (bytes: Uint8Array): void => {
    const message = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
    if (message.kind === 'lease-notification') breaks.push(message);
  };
  const m = await mount(await h.logOn({ clientGuid, onNotification, dialects: [dialect] }), share);
  return { ...m, breaks };
}

/** The n-th lease key. */
export function key(n: number): string {
  return `0000000${n}-1111-4111-8111-111111111111`;
}

/** Asks for a lease; version 2 unless told otherwise. */
export function leaseContext(leaseKey: string, leaseState: number, more: Partial<Lease> = {}): CreateContext {
  const wanted: Lease = {
    version: 2,
    leaseKey,
    leaseState,
    flags: 0,
    leaseDuration: 0n,
    parentLeaseKey: '00000000-0000-0000-0000-000000000000',
    epoch: 0x10,
    ...more,
  };
  return { name: 'RqLs', data: encode(leaseCodec, wanted) };
}

/** CREATE with a lease; version 2 unless told otherwise. */
export async function leased(
  m: Mount,
  name: string,
  leaseKey: string,
  leaseState: number,
  more: Partial<CreateRequest> & { lease?: Partial<Lease> } = {},
): Promise<{ response: CreateResponse; lease: Lease | undefined }> {
  const { lease, ...rest } = more;
  const response = await create(m, name, {
    requestedOplockLevel: 0xff,
    createContexts: [leaseContext(leaseKey, leaseState, lease)],
    ...rest,
  });
  const granted = response.createContexts.find((c) => c.name === 'RqLs');
  return { response, lease: granted && decode(leaseCodec, granted.data) };
}

/** The client keeps `leaseState` of its lease. [MS-SMB2] 3.2.5.19.2 */
export function acknowledge(m: Mount, leaseKey: string, leaseState: number) {
  return m.client.request(
    Command.OPLOCK_BREAK,
    oplockBreakRequest,
    oplockBreakResponse,
    { kind: 'lease', flags: 0, leaseKey, leaseState, leaseDuration: 0n },
    { treeId: m.treeId },
  );
}
