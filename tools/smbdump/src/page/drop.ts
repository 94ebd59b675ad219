/// <reference lib="dom" />
import { ntHash } from '@tsmbd/ntlm-auth';
import { Analyzer } from '../analyzer.ts';
import { readKeytab } from '../kerberos/keytab.ts';
import { KeyRing } from '../track/key-ring.ts';
import { ViewCollector } from '../viewer/collector.ts';
import type { View } from '../viewer/model.ts';
import { element } from './dom.ts';

/** Asks for a capture and for what opens it; analyses it here, in the page. */
export function dropView(done: (view: View) => void): HTMLElement {
  const file = element('input');
  file.type = 'file';
  file.id = 'file';
  const password = field('password', "a user's password, for captures with the NTLM logon");
  const keytab = element('input');
  keytab.type = 'file';
  keytab.id = 'keytab';
  const keytabLine = element('label', 'dim', "keytab of the server's service, for logons with Kerberos: ", keytab);
  const keys = element('textarea');
  keys.id = 'keys';
  keys.rows = 3;
  keys.placeholder = 'session keys: sessionId sessionKey, one a line, in hex';
  const status = element('p', 'dim', 'pcap or pcapng, gzipped or not. Nothing leaves this page.');
  status.id = 'status';
  const zone = element('label', 'zone', element('strong', '', 'Drop a capture here, or choose one'), file);
  const box = element('div', 'drop', element('h1', '', 'smbdump'), zone, password, keys, keytabLine, status);

  const open = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    try {
      const ring = new KeyRing();
      ring.addText(keys.value);
      const table = keytab.files?.[0];
      if (table !== undefined) ring.kerberosKeys.push(...readKeytab(new Uint8Array(await table.arrayBuffer())));
      if (password.value !== '') ring.ntHashes.push(ntHash(password.value));
      done(await analyze(chosen, ring, (text) => status.replaceChildren(text)));
    } catch (error) {
      status.className = 'error';
      status.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  file.addEventListener('change', () => open(file.files?.[0]));
  box.addEventListener('dragover', (event) => event.preventDefault());
  box.addEventListener('drop', (event) => {
    event.preventDefault();
    void open(event.dataTransfer?.files[0]);
  });
  return box;
}

function field(id: string, placeholder: string): HTMLInputElement {
  const input = element('input');
  input.id = id;
  input.type = 'password';
  input.placeholder = placeholder;
  input.autocomplete = 'off';
  return input;
}

/** Bytes between two looks at the page. */
const PIECE = 1 << 20;

async function analyze(file: File, keys: KeyRing, tell: (text: string) => void): Promise<View> {
  const collector = new ViewCollector();
  const problems: string[] = [];
  const analyzer = new Analyzer(collector, { keys, problem: (text) => problems.push(text) });
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const plain = isGzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = plain.getReader();
  let read = 0;
  for (let next = await reader.read(); next.value !== undefined; next = await reader.read()) {
    for (let at = 0; at < next.value.length; at += PIECE) {
      const piece = next.value.subarray(at, at + PIECE);
      analyzer.push(piece);
      read += piece.length;
      tell(`${(read / 1e6).toFixed(1)} MB read`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  analyzer.end();
  const view = collector.view(file.name);
  return { ...view, model: { ...view.model, notes: [...view.model.notes, ...problems] } };
}
