import { formatValue } from './format-value.ts';
import { MODULES, NOT_SERVED, SPECIAL_SECTIONS } from './not-served.ts';
import { GLOBAL_PARAMETERS, type Parameter, SHARE_PARAMETERS } from './parameters.ts';
import type { VerdictClass, VerdictGroup } from './verdict.ts';

const INTRODUCTION = `# Configuration

<!-- Written by \`tsmbd parameters\` from apps/server/src/config. -->

\`tsmbd serve --config FILE\` reads the syntax of smb.conf: sections in brackets, \`name = value\`,
comments with \`#\` or \`;\`, lines that end in a backslash go on. Names are compared without letter
case, spaces, hyphens and underscores. \`[global]\` is for the server, every other section is a share.
What belongs to shares may stand in \`[global]\` too, as the default of all. \`include = FILE\` is
replaced by the file's lines, \`copy = SHARE\` by those of a section before.

\`tsmbd testparm FILE\` says what a file comes to, and sums its lines up by class. Every parameter of
Samba 4.17 and ksmbd is one of four:

- implemented: the tables below;
- without effect here, because nothing is missing without it;
- less than Samba: taken, with a warning that says what is missing;
- refused: without it somebody would be let in, or data lost.

A parameter that is not known is an error, with its line and the nearest name; \`serve --lenient\`
passes it over with a warning. What is refused stays refused. SIGHUP or \`tsmbd reload\` reads the
file again: sessions and trees that are there stay as they are, and a file with an error changes
nothing. Ports and addresses need a restart, and it is said so. [migrating.md](migrating.md) shows
what becomes of configurations as people have them.

Booleans are yes, no, true, false, on, off, 1, 0. Sizes take K, M and G. Lists are separated by
spaces, commas or semicolons; an element with a space in it stands in double quotes: \`invalid users
= ann, "bob smith"\`.

Values may have %h (the host), %L (the server's name), %v (the version), %S (the share) and %$(NAME)
(the environment); \`path\` has more.

`;

/** docs/configuration.md, made from the parameter tables. */
export function configurationReference(): string {
  return `${INTRODUCTION}## [global]

${table(GLOBAL_PARAMETERS)}

## Shares

${table(SHARE_PARAMETERS)}

## Refused

Somebody would be let in, or data lost, if these were passed over. With the values that they have by
default they are taken.

${listed('refused')}

## Less than Samba

${listed('less')}

## Without effect

${listed('none')}

## Modules

Names of \`vfs objects\`, by class.

${(['none', 'less', 'refused'] as const).map((verdict) => groups(MODULES, verdict, TITLES[verdict])).join('\n')}

## Sections

${sections()}
`;
}

const TITLES: Readonly<Record<VerdictClass, string>> = {
  none: 'without effect: ',
  less: 'less than Samba: ',
  refused: 'refused: ',
};

function listed(verdict: VerdictClass): string {
  return groups(NOT_SERVED, verdict, '');
}

function groups(all: readonly VerdictGroup[], verdict: VerdictClass, title: string): string {
  return all
    .filter((g) => g.verdict === verdict)
    .map(({ why, names }) => filled(`- ${title}${names.map(code).join(', ')}: ${why}`, '  '))
    .join('\n');
}

function sections(): string {
  const named = Object.entries(SPECIAL_SECTIONS).map(([name, { why }]) => `\`[${name}]\` (${why})`);
  return filled(`Sections that mean something of their own to Samba are not served: ${named.join(', ')}.`, '');
}

/** Lines of at most so many columns, as in all documents of this repository. */
const WIDTH = 100;

/** The text in lines; those behind the first begin with `indent`. */
function filled(text: string, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

function table(parameters: object): string {
  const rows = (Object.values(parameters) as Parameter[]).map((parameter) => {
    const value = formatValue(parameter, parameter.default);
    const cells = [
      code(parameter.name),
      parameter.type,
      value === '' ? '' : code(value),
      parameter.help,
      synonyms(parameter),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| name | type | default | what it does | synonyms |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function synonyms(parameter: Parameter): string {
  return parameter.synonyms
    .map((name) => (name.startsWith('!') ? `${code(name.slice(1))} (the opposite)` : code(name)))
    .join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}
