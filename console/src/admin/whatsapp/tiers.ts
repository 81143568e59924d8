import type { NumberState } from '../types';

export type Tone = 'good' | 'warm' | 'bad' | 'plain';

const GOOD = new Set(['GREEN', 'CONNECTED', 'AVAILABLE', 'APPROVED', 'AVAILABLE_WITHOUT_REVIEW', 'LIVE']);
const WARM = new Set([
  'YELLOW',
  'LIMITED',
  'PENDING',
  'PENDING_REVIEW',
  'PAUSED',
  'IN_APPEAL',
  'FLAGGED',
  'SANDBOX',
  'RATE_LIMITED',
]);
const BAD = new Set([
  'RED',
  'BLOCKED',
  'BANNED',
  'RESTRICTED',
  'DISCONNECTED',
  'REJECTED',
  'DISABLED',
  'DECLINED',
  'EXPIRED',
]);

/** How good one of Meta's words is. It may have new ones. */
export function toneOf(word: string | null | undefined): Tone {
  if (!word) return 'plain';
  return GOOD.has(word) ? 'good' : WARM.has(word) ? 'warm' : BAD.has(word) ? 'bad' : 'plain';
}

/** 2000 for `TIER_2K`: how many people may be written to first within 24 hours. Null: Meta's word is not known. */
export function tierOf(limit: string | null): number | 'unlimited' | null {
  if (limit === 'TIER_UNLIMITED') return 'unlimited';
  const found = limit?.match(/^TIER_(\d+)(K?)$/);
  return found ? Number(found[1]) * (found[2] ? 1000 : 1) : null;
}

/** What the number is called: the shown phone, else the name of the settings, else its id. */
export const titleOf = (one: NumberState): string => one.display_phone_number ?? one.name ?? one.phone_number_id;
