import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { onScopeDispose, shallowReactive } from 'vue';
import { answer, api } from '@/api/client';
import { onAlerts } from '@/live/live';
import { attempt } from '@/ui/toasts';

const KEY = ['whatsapp-number'];

export function useNumbers() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => answer(api.GET('/api/v1/whatsapp/number')),
    refetchInterval: 60_000,
  });
}

/** Alerts that are dismissed here; what others dismiss, and what Meta says, is read anew. */
export function useAlerts() {
  const client = useQueryClient();
  const underWay = shallowReactive(new Set<number>());
  const renew = () => client.invalidateQueries({ queryKey: KEY });
  onScopeDispose(onAlerts(() => void renew()));

  async function dismiss(alertId: number): Promise<void> {
    underWay.add(alertId);
    const params = { path: { alert_id: alertId } };
    await attempt(() => answer(api.DELETE('/api/v1/whatsapp/alerts/{alert_id}', { params })));
    await renew();
    underWay.delete(alertId);
  }
  return { dismiss, underWay };
}
