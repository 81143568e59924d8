import type { components } from '@/api/schema.gen';

type Schemas = components['schemas'];

export type Account = Schemas['UserAnswer'];
export type AuditEntry = Schemas['AuditEntryAnswer'];
export type AuditAction = Schemas['AuditAction'];
export type CannedReply = Schemas['ReplyOut'];
export type BusinessHours = Schemas['BusinessHoursOut'];
export type Shift = Schemas['ShiftIn'];
export type Holiday = Schemas['HolidayIn'];
export type NumberState = Schemas['NumberOut'];
export type Alert = Schemas['AlertOut'];
export type Template = Schemas['TemplateOut'];
export type Component = Record<string, unknown>;
