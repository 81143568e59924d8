/** The settings' own texts come with them: who never visits them does not load them. */
import { i18n } from '@/texts/texts';
import { adminEn } from './texts.en';
import { adminPt } from './texts.pt';

i18n.global.mergeLocaleMessage('pt-BR', { admin: adminPt });
i18n.global.mergeLocaleMessage('en' as 'pt-BR', { admin: adminEn });
