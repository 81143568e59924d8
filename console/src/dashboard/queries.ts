/** What the dashboard asks the server for, and how often: all of it together is far below a user's hundred requests a minute. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import type { Ref } from 'vue';
import { answer, api, fetchFile } from '@/api/client';
import type { components } from '@/api/schema.gen';
import type { AgentStatus } from '@/api/types';
import { type Range, type Step, stepOf } from './period';

type Schemas = components['schemas'];
export type Metrics = Schemas['MetricsOut'];
export type AgentLoad = Schemas['AgentOnDashboard'];
export type Summary = Schemas['SummaryOut'];
export type TimelineRow = Schemas['TimelineRow'];
export type AgentRow = Schemas['AgentRow'];
export type HourRow = Schemas['HourRow'];
export type IntentRow = Schemas['IntentRow'];
export type TagRow = Schemas['TagRow'];
export type Usage = Schemas['UsageOut'];

const LIVE_MS = 10_000;
const REPORT_MS = 60_000;
const LIVE = ['dashboard'];

export function useMetrics() {
  const queryFn = () => answer(api.GET('/api/v1/dashboard/metrics'));
  return useQuery({ queryKey: [...LIVE, 'metrics'], queryFn, refetchInterval: LIVE_MS });
}

export function useAgentLoads() {
  const queryFn = async () => (await answer(api.GET('/api/v1/dashboard/agents'))).agents;
  return useQuery({ queryKey: [...LIVE, 'agents'], queryFn, refetchInterval: LIVE_MS });
}

/** Changes an agent, and asks for what hangs on it. Throws a `Failure`. */
export function useAgentChange() {
  const client = useQueryClient();
  return async (id: number, body: { status?: AgentStatus; max_conversations?: number }): Promise<void> => {
    await api.PATCH('/api/v1/agents/{agent_id}', { params: { path: { agent_id: id } }, body });
    await Promise.all([
      client.invalidateQueries({ queryKey: LIVE }),
      client.invalidateQueries({ queryKey: ['agents'] }),
    ]);
  };
}

interface Reports {
  summary: Summary;
  /** With the step that was asked for. */
  timeline: { rows: TimelineRow[]; step: Step };
  agents: { rows: AgentRow[] };
  hours: { rows: HourRow[] };
  intents: { rows: IntentRow[] };
  tags: { rows: TagRow[] };
}
export type ReportName = keyof Reports;
export type Form = 'csv' | 'xlsx';

function query(range: Range) {
  return { start_date: range.start, ...(range.end === null ? {} : { end_date: range.end }) };
}

/** What is shown stays until the next period's figures are here. A period that goes up to now is asked for again. */
export function useReport<Name extends ReportName>(name: Name, range: Ref<Range>) {
  const queryFn = async ({ queryKey }: { queryKey: readonly unknown[] }): Promise<Reports[Name]> => {
    const asked = queryKey[2] as Range;
    const step = name === 'timeline' ? { step: stepOf(asked, new Date()) } : {};
    // As JSON, which is what comes without `format`.
    const call = api.GET(`/api/v1/reports/${name as 'timeline'}`, { params: { query: { ...query(asked), ...step } } });
    const found = (await answer(call)) as unknown as Reports[Name];
    return { ...found, ...step };
  };
  return useQuery({
    queryKey: ['report', name, range] as const,
    queryFn,
    placeholderData: keepPreviousData,
    staleTime: REPORT_MS / 2,
    refetchInterval: () => (range.value.end === null ? REPORT_MS : false),
  });
}

/** Of `month` (`2026-11`). */
export function useUsage(month: Ref<string>) {
  return useQuery({
    queryKey: ['usage', month] as const,
    queryFn: ({ queryKey }) => answer(api.GET('/api/v1/whatsapp/usage', { params: { query: { month: queryKey[1] } } })),
    placeholderData: keepPreviousData,
    staleTime: REPORT_MS,
  });
}

/** The names of our numbers, for who has more than one. */
export function useNumbers() {
  const queryFn = async () => (await answer(api.GET('/api/v1/whatsapp/number'))).numbers;
  return useQuery({ queryKey: ['numbers'], queryFn, staleTime: 10 * REPORT_MS });
}

export function reportFile(name: ReportName, range: Range, form: Form, step: Step | null): Promise<Blob> {
  const asked = new URLSearchParams({ ...query(range), format: form, ...(step === null ? {} : { step }) });
  return fetchFile(`/api/v1/reports/${name}?${asked}`);
}
