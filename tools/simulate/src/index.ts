export { exploreMachine, exploreMachines, type Failure, MACHINE_STEPS, replayMachine } from './machine/explore.ts';
export { MachineRun, type MachineStep } from './machine/machine-run.ts';
export { scriptFrom, scriptText } from './script.ts';
