import type { components } from '@/api/schema.gen';

type Schemas = components['schemas'];

export type Intent = Schemas['Intent'];
export type BotSettings = Schemas['BotSettingsOut'];
export type BotWish = Schemas['BotSettingsInput'];
export type IntentRow = Schemas['IntentOut'];
export type Example = Schemas['ExampleOut'];
export type Source = Schemas['Source'];
export type Training = Schemas['TrainingOut'];
export type Tried = Schemas['SentenceTestOut'];
export type Unsure = Schemas['UnsureOut'];

/** In the order in which they are shown. */
export const INTENTS: readonly Intent[] = [
  'saudacao',
  'sem_conexao',
  'suporte_tecnico',
  'financeiro',
  'comercial',
  'agendamento',
  'mudanca_endereco',
  'cancelamento',
  'reclamacao',
  'falar_com_atendente',
  'agradecimento',
  'fora_de_escopo',
];
