import { watch } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import LogIn from './session/LogIn.vue';
import { session } from './session/session';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/entrar', name: 'login', component: LogIn },
    { path: '/', redirect: '/caixa/minhas' },
    {
      path: '/caixa/:list(minhas|fila|todas)/:id?',
      name: 'inbox',
      component: () => import('./inbox/Inbox.vue'),
    },
    { path: '/ajustes/:section?', name: 'settings', component: () => import('./admin/Settings.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

router.beforeEach((to) => {
  if (to.name !== 'login' && !session.user) {
    return { name: 'login', query: to.path === '/' ? {} : { depois: to.fullPath }, replace: true };
  }
  return to.name === 'login' && session.user ? '/' : true;
});

watch(
  () => session.user,
  (user) => {
    const here = router.currentRoute.value;
    if (!user && here.name !== 'login') void router.replace({ name: 'login', query: { depois: here.fullPath } });
  },
);
