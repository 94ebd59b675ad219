import { group, ON, type VerdictGroup } from '../verdict.ts';

/** Printers. */
export const PRINTING: readonly VerdictGroup[] = [
  group('less', 'there are no printers: the share shows the folder', 'printable, print ok', ON),
  group(
    'none',
    'there are no printers',
    `printable, print ok, addprinter command, addport command, cups connection timeout, cups encrypt, cups options, cups server,
    default devmode, deleteprinter command, disable spoolss, enable spoolss, enumports command, force printername,
    iprint server, load printers, lppause command, lpq cache time, lpq command, lpresume command, lprm command,
    max print jobs, max reported print jobs, min print space, os2 driver map, print command, print notify backchannel,
    printcap, printcap cache time, printcap name, printer, printer name, printing, printjob username, queuepause command,
    queueresume command, show add printer wizard, use client driver, spoolss: architecture, spoolss: os_build,
    spoolss: os_major, spoolss: os_minor, spoolss_client: os_build, spoolss_client: os_major, spoolss_client: os_minor`,
  ),
];
