import { Command, CreateContextName, encodeMessage, lease, makeCreateContext, makeHeader } from '../src/index.ts';

/**
 * A CREATE request as Windows sends it for a file: a name of 24 characters, a lease and a query of
 * maximal access.
 */
export function createMessage(): Uint8Array {
  const createContexts = [
    { name: CreateContextName.QUERY_MAXIMAL_ACCESS_REQUEST, data: new Uint8Array(0) },
    makeCreateContext(CreateContextName.REQUEST_LEASE, lease, {
      version: 2,
      leaseKey: '00112233-4455-6677-8899-aabbccddeeff',
      leaseState: 7,
      flags: 0,
      leaseDuration: 0n,
      parentLeaseKey: 'ffeeddcc-bbaa-9988-7766-554433221100',
      epoch: 0,
    }),
  ];
  const value = {
    requestedOplockLevel: 0xff,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: 0x0012_0089,
    fileAttributes: 0x80,
    shareAccess: 7,
    createDisposition: 1,
    createOptions: 0x60,
    name: 'documents\\report-2026.txt',
    createContexts,
  };
  const header = makeHeader({ command: Command.CREATE, messageId: 12n, sessionId: 0x1234_5678n, treeId: 5 });
  return encodeMessage([{ header, body: { kind: 'request', command: 'CREATE', value } }]);
}
