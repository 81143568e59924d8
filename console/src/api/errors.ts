import { t } from '@/texts/texts';
import type { ErrorCode } from './types';

/** `OFFLINE`: nothing came back, so nobody knows what became of the request. */
export type FailureCode = ErrorCode | 'OFFLINE';

/** What the server refused, in words that a person may read. `field`: the first wrong input, or null. */
export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    detail: string,
    readonly field: string | null = null,
    readonly retryAfter = 0,
  ) {
    super(detail);
  }

  /** Whether the same request may well succeed later. */
  get passing(): boolean {
    return this.code === 'OFFLINE' || this.code === 'SERVICE_UNAVAILABLE' || this.code === 'RATE_LIMITED';
  }
}

/** From any answer of 400 and above: ours have one body, a proxy's have any. */
export async function failureOf(response: Response): Promise<Failure> {
  const retryAfter = Number(response.headers.get('retry-after')) || 0;
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === 'object' && body !== null && 'error_code' in body && 'detail' in body) {
    const { error_code, detail, field } = body as { error_code: ErrorCode; detail: string; field?: string | null };
    return new Failure(error_code, detail, field ?? null, retryAfter);
  }
  return new Failure('SERVICE_UNAVAILABLE', t('failure.status', { status: response.status }), null, retryAfter);
}

export function failureFrom(reason: unknown): Failure {
  if (reason instanceof Failure) return reason;
  if (reason instanceof TypeError) return new Failure('OFFLINE', t('failure.offline'));
  throw reason;
}
