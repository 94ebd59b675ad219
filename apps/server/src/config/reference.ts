import { formatValue } from './format-value.ts';
import { IGNORED_PARAMETERS, SPECIAL_SECTIONS } from './not-served.ts';
import { GLOBAL_PARAMETERS, type Parameter, SHARE_PARAMETERS } from './parameters.ts';

/** docs/configuration.md, made from the parameter tables. */
export function configurationReference(): string {
  return `# Configuration

<!-- Written by \`tsmbd parameters\` from apps/server/src/config/parameters.ts. -->

\`tsmbd serve --config FILE\` reads the syntax of smb.conf: sections in brackets, \`name = value\`, comments with \`#\` or \`;\`,
lines that end in a backslash go on. Names are compared without letter case, spaces, hyphens and underscores. \`[global]\` is
for the server, every other section is a share. What belongs to shares may stand in \`[global]\` too, as the default of all.

\`tsmbd testparm FILE\` says what a file comes to. A parameter that is not known here is an error, with its line and the
nearest name; one that has no effect here (below) is a warning. SIGHUP or \`tsmbd reload\` reads the file again: sessions and
trees that are there stay as they are, and a file with an error changes nothing. Ports and addresses need a restart.

Booleans are yes, no, true, false, on, off, 1, 0. Sizes take K, M and G. Lists are separated by spaces,
commas or semicolons; an element with a space in it stands in double quotes: \`invalid users = ann, "bob smith"\`.

## [global]

${table(GLOBAL_PARAMETERS)}

## Shares

${table(SHARE_PARAMETERS)}

## Known and without effect

Parameters of Samba and ksmbd that people have in their files, and why nothing comes of them here.

${Object.entries(IGNORED_PARAMETERS)
  .map(([name, why]) => `- \`${name}\`: ${why}`)
  .join('\n')}

Sections that are refused: ${Object.entries(SPECIAL_SECTIONS)
    .map(([name, why]) => `\`[${name}]\` (${why})`)
    .join(', ')}.
`;
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
