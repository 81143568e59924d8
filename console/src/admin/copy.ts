import { t } from '@/texts/texts';
import { attempt, toast } from '@/ui/toasts';

export async function copyText(text: string): Promise<void> {
  // Browsers have no clipboard for a page without TLS.
  if (!navigator.clipboard) return toast(t('admin.copyByHand'), 'bad');
  if (await attempt(() => navigator.clipboard.writeText(text))) toast(t('customer.copied'));
}
