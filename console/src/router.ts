import { type Component, watch } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import { want } from './offline/offer';
import LogIn from './session/LogIn.vue';
import { session } from './session/session';
import { mayWatchAll } from './shell/roles';
import { learn, type PartTexts } from './texts/texts';

declare module 'vue-router' {
  interface RouteMeta {
    /** For who watches over everybody; others are led to their inbox. */
    watchers?: boolean;
    /** Without the rail. */
    bare?: boolean;
  }
}

const dashboardTexts: PartTexts = {
  'pt-BR': () => import('./dashboard/texts/pt'),
  en: () => import('./dashboard/texts/en'),
};

/** A page of the dashboard, with its texts. */
function dashboard(fetchPage: () => Promise<{ default: Component }>): () => Promise<Component> {
  return async () => (await Promise.all([fetchPage(), learn(dashboardTexts)]))[0].default;
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/entrar', name: 'login', component: LogIn },
    { path: '/', redirect: '/caixa/minhas' },
    {
      path: '/caixa/:list(minhas|fila|todas|adiadas)/:id?',
      name: 'inbox',
      component: () => import('./inbox/Inbox.vue'),
    },
    {
      path: '/painel/:part(relatorios|custos)?',
      name: 'dashboard',
      component: dashboard(() => import('./dashboard/Dashboard.vue')),
      meta: { watchers: true },
    },
    {
      path: '/painel/tv',
      name: 'wall',
      component: dashboard(() => import('./dashboard/Wall.vue')),
      meta: { watchers: true, bare: true },
    },
    { path: '/ajustes/:section?', name: 'settings', component: () => import('./admin/Settings.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

// A page that cannot be fetched is where the next build opens.
router.onError((_, to) => want(to.fullPath));

router.beforeEach((to) => {
  if (to.name !== 'login' && !session.user) {
    return { name: 'login', query: to.path === '/' ? {} : { depois: to.fullPath }, replace: true };
  }
  const isBarred = to.meta.watchers && !mayWatchAll(session.user?.role);
  return isBarred || (to.name === 'login' && session.user) ? '/' : true;
});

watch(
  () => session.user,
  (user) => {
    const here = router.currentRoute.value;
    if (!user && here.name !== 'login') void router.replace({ name: 'login', query: { depois: here.fullPath } });
  },
);
