import { formatSddl, type SecurityDescriptor } from '@tsmbd/ms-dtyp';
import type { Case, NodeSpec, Step } from './case.ts';
import { SID_OF, STAFF } from './people.ts';
import { Disposition, Option, rightNames } from './rights.ts';

/** A case as text for people: the files that exist, and the requests. */
export function caseText({ nodes, steps }: Case): string {
  return [...nodes.map(nodeText), ...steps.map(stepText)].join('\n');
}

function nodeText({ path, directory, descriptor, attributes = 0, streams = {}, eas = {}, link }: NodeSpec): string {
  const parts = [
    `${directory ? 'folder' : 'file  '} \\${path.join('\\')}`,
    descriptor === undefined ? 'no descriptor' : sddl(descriptor),
    attributes === 0 ? '' : `attributes 0x${attributes.toString(16)}`,
    Object.keys(streams).length === 0 ? '' : `streams ${Object.keys(streams)}`,
    Object.keys(eas).length === 0 ? '' : `EAs ${Object.keys(eas)}`,
    link === undefined ? '' : `also \\${link.join('\\')}`,
  ];
  return `  ${parts.filter((part) => part !== '').join('  ')}`;
}

function stepText(step: Step): string {
  if (step.do !== 'create') {
    const { do: what, on, ...rest } = step;
    const shown = 'descriptor' in rest ? { ...rest, descriptor: sddl(rest.descriptor) } : rest;
    const parts = 'parts' in rest ? ` parts 0x${(rest.parts >>> 0).toString(16)}` : '';
    return `  through ${on}: ${what}${parts} ${JSON.stringify(shown)}`;
  }
  const { id, user, share, name, access, disposition, options, secd, eas, attributes, allocation } = step;
  const dispositionName = Object.entries(Disposition).find(([, value]) => value === disposition)?.[0];
  const optionNames = Object.entries(Option).filter(([, bit]) => (options & bit) !== 0);
  const parts = [
    `${id}: ${user} on ${share}: CREATE ${JSON.stringify(name)} ${dispositionName} for ${rightNames(access)}`,
    ...optionNames.map(([option]) => option),
    attributes === 0 ? '' : `attributes 0x${attributes.toString(16)}`,
    secd === undefined ? '' : `SecD ${sddl(secd)}`,
    eas === undefined ? '' : `ExtA ${JSON.stringify(eas)}`,
    allocation === undefined ? '' : `AlSi ${allocation}`,
  ];
  return `  ${parts.filter((part) => part !== '').join(' ')}`;
}

function sddl(descriptor: SecurityDescriptor): string {
  let text = formatSddl(descriptor);
  for (const [name, sid] of [...Object.entries(SID_OF), ['staff', STAFF] as const]) text = text.replaceAll(sid, name);
  return text === '' ? '(empty descriptor)' : text;
}
