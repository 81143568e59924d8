import { useQuery } from '@tanstack/vue-query';
import { answer, api } from '@/api/client';
import type { Found } from './steps';

async function look() {
  const active = { role: 'atendente', is_active: true, limit: 1 } as const;
  const [health, numbers, attendants, hours, conversations, factor] = await Promise.all([
    answer(api.GET('/health')),
    answer(api.GET('/api/v1/whatsapp/number')),
    answer(api.GET('/api/v1/users', { params: { query: active } })),
    answer(api.GET('/api/v1/business-hours')),
    answer(api.GET('/api/v1/conversations', { params: { query: { limit: 100 } } })),
    answer(api.GET('/api/v1/auth/second-factor')),
  ]);
  const found: Found = {
    meta: health.services.whatsapp_api,
    secure: location.protocol === 'https:',
    numbers: numbers.numbers,
    heard: conversations.conversations.some((one) => one.window_expires_at !== null),
    attendants: attendants.total,
    shifts: hours.week.length,
    secondFactor: factor.enabled,
  };
  return { found, health };
}

/** Looked at again while the page is open: what is missing is set elsewhere. */
export function useFound() {
  return useQuery({ queryKey: ['first-steps'], queryFn: look, refetchInterval: 20_000 });
}
