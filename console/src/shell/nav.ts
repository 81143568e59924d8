/** The parts of the console, in the order of the rail. A new part is an entry here and a route in `router.ts`. */
import { ChartNoAxesCombined, Inbox, Settings } from 'lucide-vue-next';
import type { Component } from 'vue';
import type { Role } from '@/api/types';

export interface Part {
  to: string;
  /** The key of its name in the texts. */
  text: string;
  icon: Component;
  roles: readonly Role[];
}

export const parts: readonly Part[] = [
  { to: '/caixa/minhas', text: 'nav.inbox', icon: Inbox, roles: ['atendente', 'supervisor', 'admin'] },
  { to: '/painel', text: 'supervision.title', icon: ChartNoAxesCombined, roles: ['supervisor', 'admin'] },
  { to: '/ajustes', text: 'settings.nav', icon: Settings, roles: ['user', 'atendente', 'supervisor', 'admin'] },
];
