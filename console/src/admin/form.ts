import { computed, ref, shallowRef } from 'vue';
import { type Failure, failureFrom } from '@/api/errors';

/** One form's request. `fields`: those that show what the server says of them; what is left stands in `general`. */
export function useForm(fields: readonly string[] = []) {
  const busy = ref(false);
  const failure = shallowRef<Failure | null>(null);
  const at = (field: string): string | null => (failure.value?.field === field ? failure.value.message : null);
  const general = computed(() => {
    const found = failure.value;
    return found && !(found.field && fields.includes(found.field)) ? found.message : null;
  });

  /** Whether it was done. */
  async function submit(action: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    failure.value = null;
    try {
      await action();
      return true;
    } catch (reason) {
      failure.value = failureFrom(reason);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, at, general, submit, clear: () => (failure.value = null) };
}
