export { EngineRun } from './engine/engine-run.ts';
export { ENGINE_STEPS, engineScript, exploreEngines, replayEngine } from './engine/explore.ts';
export type { EngineStep } from './engine/steps.ts';
export { exploreMachine, exploreMachines, type Failure, MACHINE_STEPS, replayMachine } from './machine/explore.ts';
export { MachineRun, type MachineStep } from './machine/machine-run.ts';
export { scriptFrom, scriptText } from './script.ts';
export { shrink } from './shrink.ts';
