import test from 'ava';
import { hostWorldOf } from '../src/config/host-world.ts';
import { hostNamesIn, hostProblem, hostsRule } from '../src/config/hosts.ts';
import { settingsOf } from '../src/config/load.ts';
import { parseConfig } from '../src/config/parse.ts';

const world = {
  lookUp: (name: string) => (name === 'printer' ? ['192.168.7.7', 'fd00::7'] : []),
  ownAddresses: () => ['127.0.0.1', '::1', '192.168.7.1'],
};

/** What `hosts allow` and `hosts deny` say, and who may connect by them, as smb.conf(5) has it. */
const TABLE: readonly (readonly [allow: string, deny: string, may: string, mayNot: string])[] = [
  ['', '', '1.2.3.4 ::1 fe80::1', ''],
  [
    '192.168.',
    '',
    '192.168.0.1 ::ffff:192.168.255.255 127.0.0.1 ::ffff:127.0.0.1 ::1',
    '192.169.0.1 10.0.0.1 fe80::1 1.192.168.1',
  ],
  ['10.', '', '10.1.2.3', '100.1.2.3 110.0.0.1'],
  ['10.1.2.3', '', '10.1.2.3 ::ffff:10.1.2.3', '10.1.2.30 10.1.2.4'],
  ['10.0.0.0/8', '', '10.255.0.1', '11.0.0.1'],
  ['150.203.15.0/255.255.255.0', '', '150.203.15.9', '150.203.16.9'],
  ['192.168.0.0/0.0.0.0', '', '8.8.8.8', ''],
  ['fe80::/10 fd00::1', '', 'fe80::1 fe80::1%eth0 fd00::1', 'fd00::2 2001:db8::1 10.0.0.1'],
  ['printer', '', '192.168.7.7 fd00::7', '192.168.7.8'],
  ['LOCAL', '', '192.168.7.1 127.0.0.1', '192.168.7.2'],
  ['150.203. EXCEPT 150.203.6.66', '', '150.203.6.65', '150.203.6.66 10.0.0.1'],
  ['ALL EXCEPT 10. EXCEPT 10.0.0.1', '', '8.8.8.8 10.0.0.1', '10.0.0.2'],
  ['', '10.', '8.8.8.8 127.0.0.1', '10.0.0.1'],
  ['', 'ALL', '', '8.8.8.8 ::1 127.0.0.1'],
  ['', 'ALL EXCEPT 192.168.', '192.168.0.1', '10.0.0.1 127.0.0.1'],
  ['10.0.0.1', 'ALL', '10.0.0.1', '10.0.0.2 127.0.0.1'],
  ['10.0.0.1', '10.', '10.0.0.1 8.8.8.8', '10.0.0.2'],
  ['FAIL', '', '127.0.0.1', '8.8.8.8'],
];

const elements = (text: string): string[] => text.split(' ').filter((element) => element !== '');

for (const [allow, deny, may, mayNot] of TABLE) {
  test(`hosts allow = ${allow || '(none)'}, hosts deny = ${deny || '(none)'}`, (t) => {
    const admits = hostsRule(elements(allow), elements(deny), world) ?? (() => true);
    for (const address of elements(may)) t.true(admits(address), `${address} may`);
    for (const address of elements(mayNot)) t.false(admits(address), `${address} may not`);
  });
}

test('an address that cannot be read is in no list: only who allows all lets it in', (t) => {
  t.false(hostsRule(['10.'], [], world)!(''));
  t.true(hostsRule(['ALL'], [], world)!(''));
});

test('what is no host is not passed over', (t) => {
  for (const element of [
    '10.0.0.0/33',
    '10.0.0.0/255.0.255.0',
    '300.',
    '1.2.3',
    '@group',
    '.example.com',
    'a/b',
    '-x',
    'fe80::/129',
  ]) {
    t.truthy(hostProblem(element), element);
  }
  for (const element of [
    'ALL',
    'except',
    '10.',
    '10.0.0.0/8',
    'fe80::/10',
    '::1',
    'host',
    'host.example.com',
    'my_host',
  ]) {
    t.is(hostProblem(element), undefined, element);
  }
  t.deepEqual(hostNamesIn(['ALL', 'EXCEPT', 'host', '10.', '::1', '10.0.0.0/8']), ['host']);
});

test('a name that is denied and has no address is an error, one that is allowed lets nobody in', async (t) => {
  const settings = (line: string) => settingsOf(parseConfig(`[global]\n${line}\n`, 'x.conf'));
  const name = 'no-such-host.invalid';
  await t.throwsAsync(hostWorldOf(settings(`hosts deny = ${name}`)), { message: /no-such-host/ });
  await t.throwsAsync(hostWorldOf(settings(`hosts allow = ALL EXCEPT ${name}`)), { message: /no-such-host/ });
  const missing: string[] = [];
  const known = await hostWorldOf(settings(`hosts allow = ${name} localhost`), (n) => missing.push(n));
  t.deepEqual(missing, [name]);
  t.true(known.lookUp('localhost').length > 0);
});

test('hosts of a share and of [global] are read, and LOCAL is not denied', (t) => {
  const { global, shares } = settingsOf(
    parseConfig('[global]\nallow hosts = 10. EXCEPT 10.0.0.1\n[a]\npath = /srv\nhosts deny = 10.0.0.2\n', 'x.conf'),
  );
  t.deepEqual(global.hostsAllow, ['10.', 'EXCEPT', '10.0.0.1']);
  t.deepEqual(shares.get('a')!.hostsDeny, ['10.0.0.2']);
  t.throws(() => settingsOf(parseConfig('[global]\nhosts deny = LOCAL\n', 'x.conf')), { message: /LOCAL/ });
});
