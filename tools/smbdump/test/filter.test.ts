import test from 'ava';
import { Analyzer, filtered, filterOf, UnknownNameError } from '../src/index.ts';
import { echo, ipv4, pcap } from './build.ts';

test('a command or a status that does not exist is an error with the nearest name, not an empty answer', (t) => {
  for (const [options, words] of [
    [{ commands: ['crate'] }, 'no command is called "crate"; did you mean CREATE?'],
    [{ commands: ['query'] }, 'no command is called "query"; did you mean QUERY_INFO?'],
    [{ commands: ['create', 'smb1_negotiat'] }, 'no command is called "smb1_negotiat"; did you mean SMB1_NEGOTIATE?'],
    [{ commands: ['foo'] }, /^no command is called "foo"; there are NEGOTIATE, .*, LOCK, .*, SMB1$/],
    [{ status: 'STATUS_ACESS_DENIED' }, 'no status is called "ACESS_DENIED"; did you mean ACCESS_DENIED?'],
    [{ status: 'denied' }, 'no status is called "denied"; did you mean ACCESS_DENIED?'],
    [{ status: 'Xyzzy' }, 'no status is called "Xyzzy"'],
    [{ status: '0x1ffffffff' }, '0x1ffffffff is no status: it has more than 32 bits'],
  ] as const) {
    t.throws(() => filterOf(options), { instanceOf: UnknownNameError, message: words }, JSON.stringify(options));
  }
  // A word of any length costs little.
  t.throws(() => filterOf({ status: 'a'.repeat(100_000) }), { instanceOf: UnknownNameError });
});

test('what a capture can have is no error: names in any case, numbers, statuses without STATUS_, SMB1', (t) => {
  const smb1 = new Uint8Array(39);
  smb1.set([0, 0, 0, 35, 0xff, 0x53, 0x4d, 0x42, 0x2b]);
  const unknown = echo(3);
  unknown[16] = 0xfe;
  const file = pcap([
    ipv4({ fromClient: true, sequence: 1, data: echo(1) }),
    ipv4({ fromClient: true, sequence: 73, data: unknown }),
    ipv4({ fromClient: true, sequence: 145, data: smb1 }),
  ]);
  const seen = (commands: readonly string[]): number => {
    let count = 0;
    const analyzer = new Analyzer(filtered({ pdu: () => count++ }, filterOf({ commands })));
    analyzer.push(file);
    analyzer.end();
    return count;
  };
  t.is(seen(['Echo']), 1);
  t.is(seen(['command_00fe']), 1);
  t.is(seen(['smb1']), 1);
  t.is(seen(['SMB1-echo']), 1);
  t.is(seen(['smb1_99', 'sealed', 'malformed']), 0);
  for (const status of ['ok', 'error', 'access_denied', 'STATUS_PENDING', 'rpc_nt_unknown_if', '0xC0000022', '5']) {
    t.notThrows(() => filterOf({ status }), status);
  }
});
