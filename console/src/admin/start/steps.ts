/** How far an installation is on its way to the first conversation. */
import type { components } from '@/api/schema.gen';
import type { NumberState } from '../types';

type Health = components['schemas']['Health'];

export interface Found {
  /** Of Meta, as `/health` says it. */
  meta: Health;
  /** Whether this page came by TLS: Meta calls nothing else. */
  secure: boolean;
  numbers: readonly NumberState[];
  /** Whether any customer has ever written. */
  heard: boolean;
  attendants: number;
  shifts: number;
  secondFactor: boolean;
}

export type StepId = 'secure' | 'meta' | 'account' | 'number' | 'webhook' | 'team' | 'hours' | 'factor';
export type StepState = 'done' | 'todo' | 'problem' | 'optional';

export interface Step {
  id: StepId;
  state: StepState;
}

export function stepsOf(found: Found): Step[] {
  const state = (done: boolean, otherwise: StepState): StepState => (done ? 'done' : otherwise);
  return [
    { id: 'secure', state: state(found.secure, 'todo') },
    { id: 'meta', state: state(found.meta === 'healthy', 'problem') },
    { id: 'account', state: state(found.numbers.length > 0 && found.numbers.every(hasAccount), 'todo') },
    { id: 'number', state: numberState(found.numbers) },
    { id: 'webhook', state: state(found.heard, 'todo') },
    { id: 'team', state: state(found.attendants > 0, 'todo') },
    { id: 'hours', state: state(found.shifts > 0, 'optional') },
    { id: 'factor', state: state(found.secondFactor, 'optional') },
  ];
}

/** How many of those that are needed are done: what is optional counts neither before nor after. */
export function progressOf(steps: readonly Step[]): { done: number; of: number } {
  const needed = steps.filter((step) => !OPTIONAL.has(step.id));
  return { done: needed.filter((step) => step.state === 'done').length, of: needed.length };
}

const OPTIONAL: ReadonlySet<StepId> = new Set(['hours', 'factor']);
const hasAccount = (one: NumberState): boolean => one.business_account_id !== null;

function numberState(numbers: readonly NumberState[]): StepState {
  if (numbers.some((one) => one.can_send === 'BLOCKED' || one.can_send === 'LIMITED')) return 'problem';
  return numbers.length && numbers.every((one) => one.can_send === 'AVAILABLE') ? 'done' : 'todo';
}
