import { createRpcClient, createRpcServer, procedure, type RpcOperation, type SyntaxId } from '@tsmbd/dcerpc';

/** The interface's name for the world; made once with a UUID generator. */
const CALCULATOR: SyntaxId = { uuid: '0d5f6d8e-3c1b-4a43-9f0e-3d7f5d8a6c11', major: 1, minor: 0 };

/** `Add(first, second) -> sum`, in NDR: each parameter a DWORD. */
const add: RpcOperation<{ first: number; second: number }, { sum: number }> = {
  name: 'Add',
  opnum: 0,
  request: {
    read: (r) => ({ first: r.u32('first'), second: r.u32('second') }),
    write(w, { first, second }) {
      w.u32(first);
      w.u32(second);
    },
  },
  response: {
    read: (r) => ({ sum: r.u32('sum') }),
    write: (w, { sum }) => w.u32(sum),
  },
};

const server = createRpcServer({
  interfaces: [
    {
      pipe: 'calculator',
      syntax: CALCULATOR,
      procedures: new Map([procedure(add, ({ first, second }) => ({ sum: (first + second) >>> 0 }))]),
    },
  ],
});

// What the session of an SMB client would say of its user.
const caller = { userName: 'ann', domainName: 'EXAMPLE', sid: 'S-1-5-21-1-2-3-1000', anonymous: false };
const pipe = server.openPipe('calculator', { ...caller, administrator: false });
if (pipe === undefined) throw new Error('no such pipe');

// Bytes in, bytes out: here the client's go straight to the server, elsewhere through WRITE and
// READ on \PIPE\calculator.
const client = createRpcClient(CALCULATOR);
pipe.write(client.bind());
client.receive(pipe.read(4280)!);
for (const pdu of client.request(add, { first: 40, second: 2 })) pipe.write(pdu);
while (!client.receive(pipe.read(4280)!));
console.log(`40 + 2 = ${client.response(add).sum}`);
