/** The parts of the settings, in their order. Each is fetched when it is visited. */
import {
  BookUser,
  Bot,
  Clock,
  KeyRound,
  LayoutTemplate,
  ListChecks,
  MessageSquareText,
  MessagesSquare,
  Phone,
  ScrollText,
  Tag,
} from 'lucide-vue-next';
import { type Component, defineAsyncComponent } from 'vue';
import type { Role } from '@/api/types';
import { learn } from '@/texts/texts';
import { botTexts } from './bot/texts';

export interface Section {
  slug: string;
  /** The key of its name in the texts, below `admin`. */
  text: string;
  icon: Component;
  roles: readonly Role[];
  page: Component;
}

const ALL: readonly Role[] = ['admin', 'supervisor', 'atendente', 'user'];
const LEADS: readonly Role[] = ['admin', 'supervisor'];
const STAFF: readonly Role[] = ['admin', 'supervisor', 'atendente'];
const ADMINS: readonly Role[] = ['admin'];

const page = (load: () => Promise<{ default: Component }>): Component => defineAsyncComponent(load);

/** A page whose texts come with it. */
const botPage = (load: () => Promise<{ default: Component }>): Component =>
  page(async () => (await Promise.all([load(), learn(botTexts)]))[0]);

export const sections: readonly Section[] = [
  {
    slug: 'inicio',
    text: 'start',
    icon: ListChecks,
    roles: ADMINS,
    page: page(() => import('./start/FirstSteps.vue')),
  },
  { slug: 'conta', text: 'account', icon: KeyRound, roles: ALL, page: page(() => import('./account/OwnAccount.vue')) },
  { slug: 'usuarios', text: 'users', icon: BookUser, roles: ADMINS, page: page(() => import('./users/Users.vue')) },
  {
    slug: 'respostas',
    text: 'replies',
    icon: MessageSquareText,
    roles: LEADS,
    page: page(() => import('./desk/Replies.vue')),
  },
  { slug: 'etiquetas', text: 'tags', icon: Tag, roles: LEADS, page: page(() => import('./tags/Tags.vue')) },
  { slug: 'horario', text: 'hours', icon: Clock, roles: LEADS, page: page(() => import('./desk/Hours.vue')) },
  { slug: 'robo', text: 'bot', icon: Bot, roles: LEADS, page: botPage(() => import('./bot/Robot.vue')) },
  {
    slug: 'intencoes',
    text: 'intents',
    icon: MessagesSquare,
    roles: LEADS,
    page: botPage(() => import('./bot/Intents.vue')),
  },
  { slug: 'numeros', text: 'numbers', icon: Phone, roles: LEADS, page: page(() => import('./whatsapp/Numbers.vue')) },
  {
    slug: 'modelos',
    text: 'templates',
    icon: LayoutTemplate,
    roles: STAFF,
    page: page(() => import('./whatsapp/Templates.vue')),
  },
  { slug: 'auditoria', text: 'audit', icon: ScrollText, roles: ADMINS, page: page(() => import('./audit/Audit.vue')) },
];
