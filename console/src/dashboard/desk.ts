/** The figures of this moment: for the dashboard and for the wall. */
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { type Patience, patienceOf } from '@/state/derive';
import { queue } from '@/state/desk';
import { useNow } from '@/state/now';
import { meanWait, oldest } from './figures';
import { useAgentLoads, useMetrics } from './queries';
import { count, duration, durationUnlessNone, grade } from './words';

export interface Figure {
  name: string;
  label: string;
  value: string;
  foot: string;
  tone?: Patience;
}

const NONE = '–';

/** The queue comes by the socket, the rest is asked for. */
export function useDesk() {
  const { t } = useI18n();
  const now = useNow();
  const metrics = useMetrics();
  const agents = useAgentLoads();
  const failed = computed(() => metrics.isError.value && !metrics.data.value);
  const since = computed(() => queue.places.map((place) => place.waiting_since));
  const longest = computed(() => oldest(since.value));

  const waiting = computed<Figure[]>(() => {
    const tone = longest.value === null ? undefined : patienceOf(longest.value, now.value);
    const mean = meanWait(since.value, now.value);
    const longestFor = longest.value === null ? null : Math.max(0, now.value - Date.parse(longest.value)) / 1000;
    return [
      {
        name: 'queue',
        label: t('dashboard.inQueue'),
        value: count(queue.total),
        foot: t('dashboard.inQueueFoot'),
        tone,
      },
      {
        name: 'longest',
        label: t('dashboard.longest'),
        value: calm(longestFor),
        foot: mean === null ? t('dashboard.nobodyWaits') : t('dashboard.meanWait', { span: calm(mean / 1000) }),
        tone,
      },
    ];
  });

  const asked = computed<Figure[]>(() => {
    const found = metrics.data.value;
    const { conversations, agents: people, performance } = found ?? {};
    const resolution = (performance?.avg_resolution_time_minutes ?? 0) * 60;
    return [
      {
        name: 'active',
        label: t('dashboard.active'),
        value: conversations ? count(conversations.active) : NONE,
        foot: t('dashboard.activeFoot'),
      },
      {
        name: 'resolved',
        label: t('dashboard.resolved'),
        value: conversations ? count(conversations.resolved_today) : NONE,
        foot: t('dashboard.today'),
      },
      {
        name: 'agents',
        label: t('dashboard.available'),
        value: people ? `${people.available}/${people.online}` : NONE,
        foot: t(people?.online ? 'dashboard.withRoom' : 'dashboard.nobodyOnline'),
      },
      {
        name: 'response',
        label: t('dashboard.response'),
        value: durationUnlessNone(performance?.avg_response_time_seconds ?? 0),
        foot: t('dashboard.responseFoot'),
      },
      {
        name: 'resolution',
        label: t('dashboard.resolution'),
        value: durationUnlessNone(resolution),
        foot: t('dashboard.resolutionFoot'),
      },
      {
        name: 'satisfaction',
        label: t('dashboard.satisfaction'),
        value: grade(performance?.satisfaction_rate ?? null),
        foot: t('dashboard.satisfactionFoot'),
      },
    ];
  });

  const figures = computed(() => [...waiting.value, ...asked.value]);
  return { figures, failed, metrics, agents, now };
}

/** Waiting times by whole minutes: seconds would tick under the eyes of who works. */
function calm(seconds: number | null): string {
  if (seconds === null) return NONE;
  return seconds < 60 ? '< 1 min' : duration(Math.floor(seconds / 60) * 60);
}
