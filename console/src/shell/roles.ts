import type { Role } from '@/api/types';

/** Sees and acts on everybody's conversations. */
export const mayWatchAll = (role: Role | undefined): boolean => role === 'admin' || role === 'supervisor';
