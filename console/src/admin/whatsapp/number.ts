import { useQuery } from '@tanstack/vue-query';
import { answer, api } from '@/api/client';

export function useNumbers() {
  return useQuery({
    queryKey: ['whatsapp-number'],
    queryFn: () => answer(api.GET('/api/v1/whatsapp/number')),
    refetchInterval: 60_000,
  });
}
