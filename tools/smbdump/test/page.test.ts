import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { encodeMessage, makeHeader } from '@tsmbd/smb2-codec';
import { FIXTURES, fixtures } from '@tsmbd/tool-fixtures';
import { peersRequired } from '@tsmbd/tool-test';
import anyTest, { type TestFn } from 'ava';
import type { Browser } from 'puppeteer-core';
import { Analyzer, KeyRing } from '../src/index.ts';
import { ViewCollector } from '../src/viewer/collector.ts';
import type { View } from '../src/viewer/model.ts';
import { pack, unpack } from '../src/viewer/packed.ts';
import { buildPage, pageOf } from '../src/viewer/page.ts';
import { concat, echo, ipv4, pcap } from './build.ts';
import { click, filterBy, hasChromium, launch, linesOf, open, textOf } from './chromium.ts';

const test = anyTest as TestFn<{ folder: string; browser: Browser | undefined }>;
const inBrowser = hasChromium() || peersRequired() ? test.serial : test.serial.skip;

test.before(async (t) => {
  t.timeout(120_000);
  t.context.folder = mkdtempSync(join(tmpdir(), 'smbdump-page-'));
  t.context.browser = hasChromium() ? await launch() : undefined;
});

test.after.always(async (t) => {
  await t.context.browser?.close();
  rmSync(t.context.folder, { recursive: true, force: true });
});

function viewOf(file: Uint8Array, keys = new KeyRing()): View {
  const collector = new ViewCollector();
  const analyzer = new Analyzer(collector, { keys });
  analyzer.push(file);
  analyzer.end();
  return collector.view('capture.pcap');
}

const sealed = fixtures().find(({ file }) => file === 'smbd-smbclient-311-aes-256-ccm.pcap.gz')!;
const sealedFile = gunzipSync(readFileSync(`${FIXTURES}${sealed.file}`));
function sealedKeys(): KeyRing {
  const ring = new KeyRing();
  for (const { sessionId, sessionKey } of sealed.sessions) {
    if (sessionKey !== undefined) ring.addSessionKey(sessionId, Buffer.from(sessionKey, 'hex'));
  }
  return ring;
}

test('a view survives packing', async (t) => {
  const view = viewOf(sealedFile, sealedKeys());
  t.true(view.model.rows.length > 100);
  t.deepEqual(await unpack(await pack(view)), view);
});

test('the page allows no connection, and names its one script', async (t) => {
  const page = await buildPage();
  t.regex(page, /connect-src 'none'/);
  t.regex(page, /default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='/);
  t.notRegex(page, /src="http|@import|url\(http/);
});

inBrowser('a dropped capture is opened with the password in the page; nothing is asked of the network', async (t) => {
  const file = join(t.context.folder, 'drop.html');
  writeFileSync(file, await buildPage());
  const { page, requests, errors } = await open(t.context.browser!, file);
  await page.type('#password', sealed.password);
  const input = (await page.$('#file'))!;
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(`${FIXTURES}${sealed.file}`);
  await page.waitForSelector('.list');
  const lines = await linesOf(page);
  const view = viewOf(sealedFile, sealedKeys());
  const expected = view.model.rows.map(({ frame, command, marks, about }) => `${frame} ${command} ${marks} ${about}`);
  const shown = lines.map((line) => line.split('\t')).map((cells) => `${cells[0]} ${cells[4]} ${cells[7]} ${cells[8]}`);
  t.true(shown.length > 10);
  t.deepEqual(shown, expected.slice(0, shown.length));
  t.true(lines.some((line) => line.includes('\tE\t')));
  t.is(await textOf(page, 'header .dim'), `${view.model.rows.length} of ${view.model.rows.length} PDUs`);
  t.deepEqual(errors, []);
  t.deepEqual(
    requests.filter((url) => !url.startsWith('file:')),
    [],
  );
  await t.throwsAsync(page.evaluate("fetch('https://example.invalid/').then((answer) => answer.text())"));
});

inBrowser('every cipher and signing algorithm works in the page as in Node', async (t) => {
  const file = join(t.context.folder, 'ciphers.html');
  writeFileSync(file, await buildPage());
  const chosen = fixtures().filter(({ file }) =>
    /^smbd-smbclient-(202-signed|300-s|311-(aes-128-gmac|aes-128-gcm|aes-256))/.test(file),
  );
  t.is(chosen.length, 7);
  for (const fixture of chosen) {
    const { page, errors } = await open(t.context.browser!, file);
    await page.evaluate(
      `document.getElementById('keys').value = ${JSON.stringify(
        fixture.sessions.map(({ sessionId, sessionKey = '' }) => `${sessionId} ${sessionKey}`).join('\n'),
      )}`,
    );
    const input = (await page.$('#file'))!;
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(`${FIXTURES}${fixture.file}`);
    await page.waitForFunction("document.querySelector('.list') ?? document.querySelector('#status.error')");
    t.is(await textOf(page, '#status.error'), '', fixture.file);
    t.deepEqual(await filterBy(page, 'command:sealed'), [], fixture.file);
    const signed = fixture.protection === 'signed' ? await filterBy(page, 'command:create') : [];
    t.true(
      signed.every((line) => line.includes('\tS\t')),
      fixture.file,
    );
    t.deepEqual(errors, [], fixture.file);
  }
});

inBrowser('a keytab opens a logon with Kerberos in the page', async (t) => {
  const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
  const file = join(t.context.folder, 'keytab.html');
  writeFileSync(file, await buildPage());
  const { page, errors } = await open(t.context.browser!, file);
  const choose = async (selector: string, path: string): Promise<void> => {
    const input = (await page.$(selector))!;
    await (input as unknown as { uploadFile(name: string): Promise<void> }).uploadFile(path);
  };
  await choose('#keytab', `${folder}kerberos-aes256.keytab`);
  await choose('#file', `${folder}kerberos-aes256.pcap.gz`);
  await page.waitForSelector('.list');
  t.deepEqual(await filterBy(page, 'command:sealed'), []);
  const logons = await filterBy(page, 'root@test.example kerberos');
  t.is(logons.length, 2);
  t.true(logons.every((line) => line.includes('\tS\t')));
  t.deepEqual(errors, []);
});

inBrowser('fields and bytes of the chosen PDU show each other', async (t) => {
  const file = join(t.context.folder, 'fields.html');
  const view = viewOf(sealedFile, sealedKeys());
  writeFileSync(file, await pageOf(view));
  const { page, errors } = await open(t.context.browser!, file);
  const [first = ''] = await filterBy(page, 'command:create');
  t.regex(first, /\t→\tCREATE\t/);
  await click(page, '.list .lines .line');
  t.regex(await textOf(page, '.detail .title'), /CREATE/);
  const names = (await page.evaluate(
    'Array.from(document.querySelectorAll(".fields .name"), (name) => name.textContent)',
  )) as string[];
  t.is(names[0], 'ProtocolId');
  t.true(names.includes('CreateDisposition'));
  const at = names.indexOf('CreateDisposition');
  await click(page, '.fields .field', at);
  const lit = await page.evaluate(
    'Array.from(document.querySelectorAll(".bytes .lit"), (span) => Number(span.dataset.offset))',
  );
  t.deepEqual(lit, [100, 101, 102, 103]);
  for (const tab of [1, 2, 3, 0]) {
    await click(page, '.tab', tab);
    await linesOf(page);
  }
  t.deepEqual(errors, []);
});

inBrowser('100,000 PDUs: few elements, the end is reached, the filter finds one', async (t) => {
  t.timeout(120_000);
  const packets: Uint8Array[] = [];
  for (let i = 0; i < 2500; i++) {
    const ids = Array.from({ length: 20 }, (_, j) => i * 20 + j + 1);
    const requests = concat(ids.map((id) => echo(id)));
    const responses = concat(ids.map((id) => echo(id, true)));
    packets.push(
      ipv4({ fromClient: true, sequence: 100 + i * requests.length, data: requests }),
      ipv4({ fromClient: false, sequence: 500 + i * responses.length, data: responses }),
    );
  }
  const view = viewOf(pcap(packets));
  t.is(view.model.rows.length, 100_000);
  const file = join(t.context.folder, 'large.html');
  writeFileSync(file, await pageOf(view));
  const { page, errors } = await open(t.context.browser!, file);
  t.is(await textOf(page, 'header .dim'), '100,000 of 100,000 PDUs');
  t.regex((await linesOf(page))[0]!, /^1\t0\.000000\t#0\t→\tECHO/);
  await page.evaluate('document.querySelector(".list .scroll").scrollTop = 1e9');
  const last = await linesOf(page);
  t.regex(last.at(-1)!, /^5000\t/);
  t.true(((await page.evaluate('document.querySelectorAll("*").length')) as number) < 1500);
  for (const tab of [1, 2, 3, 0]) await click(page, '.tab', tab);
  const found = await filterBy(page, 'frame:4321');
  t.is(await textOf(page, 'header .dim'), '20 of 100,000 PDUs');
  t.true(found.every((line) => line.startsWith('4321\t')));
  t.deepEqual(errors, []);
});

inBrowser('what a capture says is text: no name becomes markup or script', async (t) => {
  const evil = '</script><img src=x onerror=alert(1)><script>alert(2)</script>\u202e\u0007';
  const create = encodeMessage([
    {
      header: makeHeader({ command: 5, messageId: 1n, sessionId: 7n }),
      body: {
        kind: 'request',
        command: 'CREATE',
        value: {
          requestedOplockLevel: 0,
          impersonationLevel: 2,
          smbCreateFlags: 0n,
          desiredAccess: 1,
          fileAttributes: 0,
          shareAccess: 0,
          createDisposition: 1,
          createOptions: 0,
          name: evil,
          createContexts: [],
        },
      },
    },
  ]);
  const data = concat([new Uint8Array([0, 0, create.length >> 8, create.length & 255]), create]);
  const view = viewOf(pcap([ipv4({ fromClient: true, sequence: 1, data })]));
  const file = join(t.context.folder, 'evil.html');
  const html = await pageOf({ ...view, model: { ...view.model, title: evil } });
  t.false(html.includes('alert(1)'));
  writeFileSync(file, html);
  const { page, requests, errors } = await open(t.context.browser!, file);
  const [line] = await linesOf(page);
  t.true(line!.includes('<img src=x onerror=alert(1)>'));
  t.true(line!.includes('\\u202e\\u0007'));
  await click(page, '.list .lines .line');
  for (const tab of [1, 2, 3, 0]) await click(page, '.tab', tab);
  t.is(await page.evaluate('document.querySelectorAll("img").length'), 0);
  t.is(requests.length, 1);
  t.deepEqual(errors, []);
});
