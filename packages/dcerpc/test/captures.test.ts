import test from 'ava';
import {
  decodePdu,
  LSARPC,
  lsarGetUserName,
  lsarLookupNames,
  type NdrCodec,
  NdrReader,
  netrShareEnum,
  netrShareGetInfo,
  type Pdu,
  PduType,
  SRVSVC,
} from '../src/index.ts';
import { haveCaptures, pipePdus } from './captures.ts';
import { admin, createServer, drain } from './harness.ts';

/**
 * Answers of a capture to calls of an interface's opnum, in order: what came back to the call with
 * the same id.
 */
function read<T>(pdus: readonly Pdu[], type: number, callId: number, codec: NdrCodec<T>): T {
  const found = pdus.find((pdu) => pdu.type === type && pdu.callId === callId);
  if (found === undefined || !('stub' in found)) throw new Error(`no PDU ${type} of call ${callId}`);
  return codec.read(new NdrReader(found.stub));
}

/**
 * Writes a capture's binds to an interface and requests that need no handle to our server; the
 * types of its answers.
 */
function replay(pipeName: string, captured: readonly Uint8Array[], opnums: readonly number[]): Pdu[] {
  const pipe = createServer().openPipe(pipeName, admin)!;
  const uuid = pipeName === 'srvsvc' ? SRVSVC.uuid : LSARPC.uuid;
  for (const bytes of captured) {
    const pdu = decodePdu(bytes);
    if (pdu.type === PduType.BIND && pdu.contexts[0]?.abstractSyntax.uuid === uuid) pipe.write(bytes);
  }
  for (const bytes of captured) {
    const pdu = decodePdu(bytes);
    if (pdu.type === PduType.REQUEST && opnums.includes(pdu.opnum)) pipe.write(bytes);
  }
  return drain(pipe).map(decodePdu);
}

/** A test of captures that may not be here; it is skipped then, by its name. */
const testOf = (...names: readonly string[]): typeof test | typeof test.skip =>
  haveCaptures(...names) ? test : test.skip;

const MACOS = 'zeek__smb_many_open_files_500.pcap.gz';
testOf(MACOS)('a macOS client: its share list and lookups are understood, a Samba server too', (t) => {
  const captured = pipePdus(MACOS);
  const pdus = captured.map(decodePdu);

  const request = read(pdus, PduType.REQUEST, 0, netrShareEnum.request);
  t.like(request, {
    serverName: '192.168.2.69',
    info: { level: 1, entries: [] },
    preferedMaximumLength: 0xffffffff,
    resumeHandle: 0,
  });
  const shares = read(pdus, PduType.RESPONSE, 0, netrShareEnum.response);
  t.is(shares.totalEntries, 2);
  t.like(shares.info.entries?.[0], { netname: 'Shared', type: 0, remark: 'Shared Folder' });

  t.deepEqual(read(pdus, PduType.REQUEST, 2, lsarGetUserName.request), {
    systemName: '192.168.2.69',
    wantsDomain: true,
  });
  t.deepEqual(read(pdus, PduType.RESPONSE, 2, lsarGetUserName.response), {
    userName: 'justin',
    domainName: 'DCDBFC078A68',
    status: 0,
  });
  t.deepEqual(read(pdus, PduType.REQUEST, 5, lsarLookupNames.request).names, ['DCDBFC078A68\\justin']);
  t.like(read(pdus, PduType.RESPONSE, 5, lsarLookupNames.response), {
    status: 0xc0000073,
    domains: [],
    mappedCount: 0,
  });
  t.like(read(pdus, PduType.RESPONSE, 8, lsarLookupNames.response), {
    status: 0,
    domains: [{ name: '65A2D0F0A866', sid: 'S-1-5-21-3177723765-1035184723-3972521453' }],
    translated: [{ type: 1, rid: 1000, domainIndex: 0 }],
  });

  const [ack, list] = replay('srvsvc', captured, [15]);
  t.is(ack?.type, PduType.BIND_ACK);
  t.is(list?.type === PduType.RESPONSE && netrShareEnum.response.read(new NdrReader(list.stub)).totalEntries, 3);
  const answers = replay('lsarpc', captured, [44, 45]);
  t.deepEqual(
    answers.map((pdu) => pdu.type),
    [PduType.BIND_ACK, PduType.RESPONSE, PduType.RESPONSE, PduType.RESPONSE],
  );
});

const WINDOWS = 'zeek__smb2_krb.pcap';
testOf(WINDOWS)('a Windows client: NDR64 and bind time features are offered, and are answered one by one', (t) => {
  const captured = pipePdus(WINDOWS);
  const pdus = captured.map(decodePdu);
  const { netName, level } = read(pdus, PduType.REQUEST, 2, netrShareGetInfo.request);
  const known = read(pdus, PduType.RESPONSE, 2, netrShareGetInfo.response);
  t.is(known.info.entry?.netname, netName);
  const [ack, answer] = replay('srvsvc', captured, [16]);
  t.deepEqual(ack?.type === PduType.BIND_ACK && ack.results.map((r) => r.result), [0, 2, 3]);
  if (answer?.type !== PduType.RESPONSE) return t.fail();
  t.like(netrShareGetInfo.response.read(new NdrReader(answer.stub)), {
    status: 2310,
    info: { level, entry: undefined },
  });
});

const OTHERS = ['zeek__20-fids.pcap', 'suricata__dcerpc-ctxids.pcap'];
testOf(...OTHERS)('PDUs of Windows and Samba all decode', (t) => {
  for (const name of OTHERS) {
    const captured = pipePdus(name);
    t.true(captured.length > 20);
    t.notThrows(() => captured.map(decodePdu));
  }
});
