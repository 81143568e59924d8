import type { PartTexts } from '@/texts/texts';

export const botTexts: PartTexts = {
  'pt-BR': () => import('./texts.pt'),
  en: () => import('./texts.en'),
};
