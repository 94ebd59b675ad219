export { rightsOf } from './access-check.ts';
export type { Case, CreateStep, NodeSpec, OpenStep, Step } from './case.ts';
export type { BackendName } from './engine/backend.ts';
export { Bench } from './engine/bench.ts';
export { type ExploreOptions, explore, type Fault, type Report } from './explore.ts';
export { generate } from './generate/generate.ts';
export type { Finding } from './model/finding.ts';
export { reportText } from './report-text.ts';
export { type CaseResult, runCase } from './run-case.ts';
