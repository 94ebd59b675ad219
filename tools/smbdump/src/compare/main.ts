#!/usr/bin/env node
import { runComparison } from './command-line.ts';

process.exitCode = await runComparison(process.argv);
