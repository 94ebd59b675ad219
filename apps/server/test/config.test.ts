import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { closestName } from '../src/config/closest-name.ts';
import { describeSettings } from '../src/config/describe.ts';
import { fold } from '../src/config/fold.ts';
import { type Inspection, inspectSections, loadConfig, type Settings, settingsOf } from '../src/config/load.ts';
import { NOT_SERVED } from '../src/config/not-served.ts';
import { GLOBAL_PARAMETERS, type Parameter, SHARE_PARAMETERS } from '../src/config/parameters.ts';
import { ConfigError, parseConfig } from '../src/config/parse.ts';
import { configurationReference } from '../src/config/reference.ts';
import { temporaryFolder } from './helpers/daemon.ts';

const read = (text: string): Settings => settingsOf(parseConfig(text, 'x.conf'));

const inspect = (text: string, lenient = false): Inspection =>
  inspectSections(parseConfig(text, 'x.conf'), { lenient });

function problemsOf(text: string): readonly string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('an unknown key is reported with file, line and the nearest name', (t) => {
  t.deepEqual(problemsOf('[global]\n\n  server signng = auto\n'), [
    'x.conf:3: unknown parameter "server signng"; did you mean "server signing"?',
  ]);
  t.deepEqual(problemsOf('[a]\npath = /srv\nzzzzzzzzzzzz = 1\n'), ['x.conf:3: unknown parameter "zzzzzzzzzzzz"']);
});

test('all problems are reported at once', (t) => {
  t.deepEqual(problemsOf('[global]\ntcp port = many\n[a]\nread only = perhaps\n'), [
    'x.conf:2: tcp port = many: expected ports from 0 to 65535',
    'x.conf:4: read only = perhaps: expected yes or no',
    'x.conf:3: [a] has no path',
  ]);
});

test('names are compared without letter case, spaces, hyphens and underscores', (t) => {
  t.deepEqual(read('[global]\nTCP_Port=1\n').global.ports, [1]);
  t.is(read('[global]\nnet-bios name = box\n').global.netbiosName, 'box');
});

test('synonyms of Samba and ksmbd mean the same', (t) => {
  const share = read('[a]\ndirectory = /srv\npublic = yes\nbrowsable = no\ncreate mode = 0600\n').shares.get('a')!;
  t.is(share.path, '/srv');
  t.true(share.guestOk);
  t.false(share.browseable);
  t.is(share.createMask, 0o600);
});

test('no name means two things, whether in [global] or in a share', (t) => {
  const meanings = new Map<string, Set<string>>();
  for (const table of [GLOBAL_PARAMETERS, SHARE_PARAMETERS]) {
    for (const [key, parameter] of Object.entries(table) as [string, Parameter<never>][]) {
      for (const name of [parameter.name, ...parameter.synonyms]) {
        const folded = name.replaceAll(/[! ]/g, '');
        meanings.set(folded, (meanings.get(folded) ?? new Set()).add(key));
      }
    }
  }
  t.deepEqual(
    [...meanings].filter(([, keys]) => keys.size > 1),
    [],
  );
});

test('kernel change notify = no leaves clients what the server itself changes', (t) => {
  const { global, shares } = read('[global]\nkernel change notify = no\n[a]\npath = /srv\n');
  t.true(global.changeNotify);
  t.false(shares.get('a')!.kernelChangeNotify);
});

test('modules of smbd are taken where their work is done here, and refused otherwise', (t) => {
  t.deepEqual(problemsOf('[a]\npath = /srv\nvfs objects = acl_xattr streams_xattr\n'), []);
  t.regex(
    problemsOf('[a]\npath = /srv\nvfs objects = acl_xattr recycle\n')[0]!,
    /^x\.conf:3: vfs objects = .*recycle is refused/,
  );
  t.regex(problemsOf('[a]\npath = /srv\nvfs objects = acl_xattrs\n')[0]!, /acl_xattrs is not known/);
});

test('writeable is the opposite of read only, and the last line wins', (t) => {
  t.false(read('[a]\npath=/srv\nwriteable = yes\n').shares.get('a')!.readOnly);
  t.true(read('[a]\npath=/srv\nwritable = no\n').shares.get('a')!.readOnly);
  t.true(read('[a]\npath=/srv\nwriteable = yes\nread only = yes\n').shares.get('a')!.readOnly);
  t.true(read('[a]\npath=/srv\n').shares.get('a')!.readOnly);
});

test('a line that ends in a backslash goes on, and problems name its first line', (t) => {
  const { shares } = read('[a]\npath = /srv\nvalid users = ann, \\\n   bob \\\n carl\n');
  t.deepEqual(shares.get('a')!.validUsers, ['ann', 'bob', 'carl']);
  t.deepEqual(problemsOf('[a]\npath = /srv\nread only = \\\n maybe\n'), [
    'x.conf:3: read only = maybe: expected yes or no',
  ]);
});

test('a quoted element of a list is not split: it keeps out whom it names', (t) => {
  const { shares } = read(
    '[a]\npath = /srv\ninvalid users = "bob smith"\nvalid users = "ann lee", "bob smith";carl\t"dora"\nread list = bob" "smith\n',
  );
  const share = shares.get('a')!;
  t.deepEqual(share.invalidUsers, ['bob smith']);
  t.deepEqual(share.validUsers, ['ann lee', 'bob smith', 'carl', 'dora']);
  t.deepEqual(share.readList, ['bob smith']);
  t.deepEqual(read('[global]\ninterfaces = "eth 0" lo\n').global.interfaces, ['eth 0', 'lo']);
});

test('a quote that is not closed, and a name of nothing, are no list', (t) => {
  t.deepEqual(problemsOf('[a]\npath = /srv\ninvalid users = ann, "bob smith\n'), [
    'x.conf:3: invalid users = ann, "bob smith: a quote that is not closed',
  ]);
  t.deepEqual(problemsOf('[a]\npath = /srv\nvalid users = ""\n'), [
    'x.conf:3: valid users = "": an element without a name',
  ]);
});

test('no entry of a user list is passed over because no account can have that name', (t) => {
  for (const name of ['BOX\\bob', '%U', '@', '*', 'a/b', 'x'.repeat(65)]) {
    for (const list of ['valid users', 'invalid users', 'read list', 'write list']) {
      t.is(problemsOf(`[a]\npath = /srv\n${list} = ann, ${name}\n`).length, 1, `${list} = ${name}`);
    }
  }
  t.deepEqual(problemsOf('[a]\npath = /srv\ninvalid users = Ünal, 50%, guest, a.b-c_d$, "o\'neil"\n'), []);
});

test('what testparm prints is read back as it was, blanks, quotes and backslashes too', (t) => {
  const settings = read(
    '[global]\nserver string = "  two blanks  "\ninterfaces = "eth 0", lo\n[a]\npath = "/srv/a b"\ninvalid users = "bob smith", ann\ncomment = ""quoted""\nvolume = "a\\"\nhide files = "/a b/ c /"\n'.replace(
      '"a;b", ',
      '',
    ),
  );
  t.is(settings.global.serverString, '  two blanks  ');
  const text = describeSettings(settings, false);
  t.regex(text, /invalid users = "bob smith", ann$/m);
  const again = read(text);
  t.deepEqual(again.global, settings.global);
  t.deepEqual(again.shares, settings.shares);
});

test('comments, quotes, a byte order mark and CRLF are taken as Samba takes them', (t) => {
  const { shares, global } = read(
    '\uFEFFworkgroup = HOME\r\n# [no]\r\n; no = 1\r\n[my share]\r\npath = "/srv/a b"\r\n',
  );
  t.is(global.workgroup, 'HOME');
  t.is(shares.get('my share')!.path, '/srv/a b');
});

test('what belongs to shares is their default in [global]', (t) => {
  const { shares } = read('[a]\npath = /a\n[global]\nread only = no\n[b]\npath = /b\nread only = yes\n');
  t.false(shares.get('a')!.readOnly);
  t.true(shares.get('b')!.readOnly);
});

test('smb encrypt is of the server in [global] and of the share in a share, max connections of shares in both', (t) => {
  const { global, shares } = read(
    '[global]\nsmb encrypt = desired\nmax connections = 7\n[a]\npath = /a\nsmb encrypt = required\nmax connections = 2\n[b]\npath = /b\n',
  );
  t.is(global.encryption, 'desired');
  t.is(global.maxServerConnections, 1024);
  t.deepEqual([shares.get('a')!.encryption, shares.get('a')!.maxConnections], ['required', 2]);
  t.deepEqual([shares.get('b')!.encryption, shares.get('b')!.maxConnections], ['off', 7]);
});

test('what would be misread is refused: substitutions, groups, special sections, server settings in a share', (t) => {
  t.regex(problemsOf('[a]\npath = /srv/%U/%g\n')[0]!, /x\.conf:2: .*substitutions other than %U, /);
  t.regex(problemsOf('[a]\npath = /srv/%$(NOT_THERE)\n')[0]!, /x\.conf:2: .*substitutions/);
  t.regex(problemsOf('[a]\npath = /%t\ncontinuous availability = yes\n')[0]!, /x\.conf:1: \[a\] is continuously/);
  t.regex(problemsOf('[a]\npath = /srv\nvalid users = ann, @\n')[0]!, /x\.conf:3: .*a group without/);
  t.deepEqual(problemsOf('[a]\npath = /srv\nworkgroup = X\n'), ['x.conf:3: "workgroup" belongs into [global]']);
  t.regex(problemsOf('[a/b]\npath = /srv\n')[0]!, /cannot be a share's name/);
  t.regex(problemsOf('[global]\nnonsense\n')[0]!, /x\.conf:2: expected "name = value"/);
});

test('what would let somebody in when it is passed over is refused, lenient or not', (t) => {
  for (const line of [
    'username map script = /etc/users',
    'ntlm auth = disabled',
    'root directory = /srv',
    'config file = /etc/other.conf',
    'preexec close = yes',
    'veto oplock files = /*.mdb/',
    'sync always = yes',
    'vfs objects = worm',
  ]) {
    for (const lenient of [false, true]) {
      const inspection = inspect(`[a]\npath = /srv\n${line}\n`, lenient);
      t.is(inspection.problems.length, 1, line);
      t.true(inspection.problems[0]!.refused, line);
    }
  }
});

test('nothing is refused for what a parameter has in any case', (t) => {
  for (const line of [
    'username map script =',
    'sync always = no',
    'ntlm auth = ntlmv2-only',
    'preexec close = no',
    'wide links = no',
  ]) {
    const { problems, settings } = inspect(`[a]\npath = /srv\n${line}\n`);
    t.deepEqual(problems, [], line);
    t.deepEqual(
      settings.notes.map(({ kind }) => kind),
      ['none'],
      line,
    );
  }
});

test('what has no effect here, and what does less, is said with its reason', (t) => {
  t.deepEqual(read('[global]\nload printers = no\n[a]\npath = /srv\nwide links = yes\n').notes, [
    { kind: 'none', text: 'x.conf:2: "load printers" has no effect: there are no printers' },
    {
      kind: 'less',
      text: 'x.conf:5: "wide links" does less than in Samba: links that lead out of the share are never followed',
    },
  ]);
});

test('lenient passes over names that are not known, with the nearest name', (t) => {
  const { problems, settings } = inspect('[global]\nserver signng = auto\n[a]\npath = /srv\nworkgroup = X\n', true);
  t.deepEqual(problems, []);
  t.deepEqual(
    settings.notes.map(({ text }) => text),
    [
      'x.conf:2: unknown parameter "server signng"; did you mean "server signing"?; passed over',
      'x.conf:5: "workgroup" belongs into [global]; passed over',
    ],
  );
  t.is(inspect('[global]\nserver signing = perhaps\n', true).problems.length, 1);
});

test('every parameter of Samba 4.17 and of ksmbd is in one class, and in one table', (t) => {
  const names = readFileSync(new URL('fixtures/parameter-names.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const implemented = [GLOBAL_PARAMETERS, SHARE_PARAMETERS].flatMap((table) =>
    (Object.values(table) as Parameter[]).flatMap((p) => [p.name, ...p.synonyms.map((n) => n.replace('!', ''))]),
  );
  const here = new Set([...implemented, 'include', 'copy'].map(fold));
  const elsewhere = new Set(NOT_SERVED.flatMap((g) => g.names.map(fold)));
  t.true(names.length > 500);
  t.deepEqual(
    names.filter((name) => here.has(fold(name)) === elsewhere.has(fold(name))),
    [],
  );
});

test('guest ok alone lets nobody in, and that is said', (t) => {
  const notes = (text: string): string[] => read(text).notes.map(({ kind }) => kind);
  t.deepEqual(notes('[a]\npath = /srv\nguest ok = yes\n'), ['caution']);
  t.deepEqual(notes('[global]\nmap to guest = bad uid\n[a]\npath = /srv\nguest ok = yes\n'), ['caution']);
  t.deepEqual(notes('[global]\nmap to guest = bad user\n[a]\npath = /srv\nguest ok = yes\n'), []);
  t.deepEqual(notes('[global]\nrestrict anonymous = 0\n[a]\npath = /srv\nguest ok = yes\n'), []);
  t.deepEqual(notes('[a]\npath = /srv\nguest only = yes\n'), ['caution']);
});

for (const [name, least, most] of [
  ['SMB2', 'SMB2_10', 'SMB2_10'],
  ['SMB2_02', 'SMB2_02', 'SMB2_02'],
  ['SMB2_22', 'SMB3_00', 'SMB2_10'],
  ['SMB2_24', 'SMB3_00', 'SMB2_10'],
  ['SMB3', 'SMB3_11', 'SMB3_11'],
  ['SMB3_00', 'SMB3_00', 'SMB3_00'],
  ['SMB3_10', 'SMB3_11', 'SMB3_02'],
  ['smb3_11', 'SMB3_11', 'SMB3_11'],
  ['NT1', 'SMB2_02', undefined],
  ['LANMAN1', 'SMB2_02', undefined],
  ['default', 'SMB2_02', 'SMB3_11'],
] as const) {
  test(`server min protocol = ${name} is ${least}, server max protocol = ${name} is ${most ?? 'refused'}`, (t) => {
    t.is(read(`[global]\nserver min protocol = ${name}\n`).global.minProtocol, least);
    const text = `[global]\nserver max protocol = ${name}\n`;
    if (most === undefined) t.regex(problemsOf(text)[0]!, /nobody could connect/);
    else t.is(read(text).global.maxProtocol, most);
  });
}

test('smb2 max credits may be small, ports may be several', (t) => {
  const { global } = read('[global]\nsmb2 max credits = 16\nsmb ports = 445 139\n');
  t.is(global.maxCredits, 16);
  t.deepEqual(global.ports, [445, 139]);
  t.regex(problemsOf('[global]\nsmb ports = 445 x\n')[0]!, /expected ports/);
});

test('algorithms are a list, or the default with some taken away', (t) => {
  const ciphers = (value: string): readonly string[] =>
    read(`[global]\nserver smb3 encryption algorithms = ${value}\n`).global.ciphers;
  t.deepEqual(ciphers('AES-256-GCM aes-128-gcm'), ['AES-256-GCM', 'AES-128-GCM']);
  t.deepEqual(ciphers('-AES-128-GCM -AES-128-CCM'), ['AES-256-GCM', 'AES-256-CCM']);
  for (const value of ['DES', '-AES-128-GCM AES-128-CCM', '']) {
    t.is(problemsOf(`[global]\nserver smb3 encryption algorithms = ${value}\n`).length, 1, value);
  }
});

test('copy takes the lines of a section before, and what comes behind it wins', (t) => {
  const { shares } = read('[a]\npath = /a\nread only = no\ncomment = A\n[b]\ncopy = A\npath = /b\n');
  t.deepEqual([shares.get('b')!.path, shares.get('b')!.readOnly, shares.get('b')!.comment], ['/b', false, 'A']);
  t.regex(problemsOf('[b]\ncopy = c\npath = /b\n[c]\npath = /c\n')[0]!, /^x\.conf:2: copy = c: no section/);
});

test('what is known when the file is read stands in the values', (t) => {
  const { global, shares } = read(
    '[global]\nnetbios name = box\nserver string = %L on %h, %m\n[a]\npath = /srv/%S/%L\ncomment = share %S\nvalid users = %S\n',
  );
  t.is(global.serverString, `box on ${hostname()}, %m`);
  const { path, comment, validUsers } = shares.get('a')!;
  t.deepEqual([path, comment, validUsers], ['/srv/%S/box', 'share a', ['a']]);
});

test('included files stand where include stands, also those that include others', (t) => {
  using folder = temporaryFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder.path, name), text);
    return join(folder.path, name);
  };
  write('more.conf', '[c]\npath = /c\n');
  write('inner.conf', 'comment = included\ninclude = more.conf\n');
  const file = write('smb.conf', '[a]\npath = /a\ninclude = inner.conf\nread only = no\n[b]\npath = /b\n');
  const { shares } = loadConfig(file);
  t.deepEqual([...shares.keys()], ['a', 'c', 'b']);
  t.is(shares.get('a')!.comment, 'included');
  t.false(shares.get('c')!.readOnly);
  write('inner.conf', 'include = smb.conf\n');
  t.throws(() => loadConfig(file), { message: /inner\.conf:1: include = smb\.conf: it includes itself/ });
  write('smb.conf', 'include = /etc/samba/%m.conf\n');
  t.throws(() => loadConfig(file), { message: /another for each client: %m/ });
  write('smb.conf', 'include = registry\n');
  t.throws(() => loadConfig(file), { message: /registry/ });
  write('smb.conf', 'include = not-there.conf\n[a]\npath = /a\n');
  t.regex(loadConfig(file).notes[0]!.text, /smb\.conf:1: include = not-there\.conf: there is no such file/);
  t.throws(() => loadConfig(join(folder.path, 'none.conf')), { message: /cannot be read: there is no such file/ });
});

test('every default is what its own parameter makes of it, written out', (t) => {
  const settings = read('[a]\npath = /srv\n');
  const text = describeSettings(settings, true);
  const again = read(text);
  t.deepEqual(again.global, settings.global);
  t.deepEqual(again.shares, settings.shares);
});

test('testparm prints what differs from the defaults', (t) => {
  const settings = read('[global]\nsmb2 max read = 1M\nmap to guest = Bad User\n[a]\npath = /srv\ncreate mask = 600\n');
  t.is(
    describeSettings(settings, false),
    '[global]\n\tmap to guest = bad user\n\tsmb2 max read = 1048576\n[a]\n\tpath = /srv\n\tcreate mask = 0600',
  );
});

test('names between slashes may have spaces, and are written as they are read', (t) => {
  const settings = read('[a]\npath = /srv\nhide files = /a b/*.tmp/\n');
  t.deepEqual(settings.shares.get('a')!.hideFiles, ['a b', '*.tmp']);
  const text = describeSettings(settings, false);
  t.regex(text, /hide files = \/a b\/\*\.tmp$/);
  t.deepEqual(read(text).shares, settings.shares);
});

test('no name and no synonym stands for two parameters of a table', (t) => {
  for (const table of [GLOBAL_PARAMETERS, SHARE_PARAMETERS]) {
    const names = (Object.values(table) as Parameter[]).flatMap((p) => [
      p.name,
      ...p.synonyms.map((n) => n.replace('!', '')),
    ]);
    t.deepEqual([...new Set(names)], names);
  }
});

test('docs/configuration.md is what the tables say', (t) => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  t.is(page, configurationReference(), 'run: tsmbd parameters > docs/configuration.md');
});

test('the nearest name is near, or there is none', (t) => {
  t.is(closestName('brwseable', ['browseable', 'read only']), 'browseable');
  t.is(closestName('quota', ['browseable', 'read only']), undefined);
});
