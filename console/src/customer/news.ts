/** What the line said last of a customer: the pane that shows this one asks again. */
import { shallowRef } from 'vue';
import type { CustomerNews } from '@/api/types';

export const customerNews = shallowRef<CustomerNews | null>(null);
