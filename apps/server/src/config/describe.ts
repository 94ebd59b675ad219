import { formatValue } from './format-value.ts';
import type { Settings } from './load.ts';
import { GLOBAL_PARAMETERS, type Parameter, SHARE_PARAMETERS } from './parameters.ts';

/**
 * Settings as a configuration file. Settings that have their default are left out unless `all` is
 * set.
 */
export function describeSettings(settings: Settings, all: boolean): string {
  const sections: [string, object, object][] = [['global', GLOBAL_PARAMETERS, settings.global]];
  for (const [name, values] of settings.shares) sections.push([name, SHARE_PARAMETERS, values]);
  return sections.map(([name, table, values]) => [`[${name}]`, ...linesOf(table, values, all)].join('\n')).join('\n');
}

function linesOf(table: object, values: object, all: boolean): string[] {
  return (Object.entries(table) as [string, Parameter][]).flatMap(([key, parameter]) => {
    const value = formatValue(parameter, (values as Record<string, unknown>)[key]);
    return all || value !== formatValue(parameter, parameter.default) ? [`\t${parameter.name} = ${value}`] : [];
  });
}
