/** Telling somebody who looks elsewhere: a sound, and a desktop notification, once however many tabs there are. */
import type { Message } from '@/api/types';
import { session } from '@/session/session';
import { t } from '@/texts/texts';
import { threads } from './desk';
import { preferences } from './preferences';

const LATER_MS = 150; // the tab that somebody looks at is the first to answer
const KEPT_MS = 3_000;
let looking: string | null = null;
let visit: (id: string) => void = () => {};

/** The conversation on this tab's screen. */
export function lookAt(id: string | null): void {
  looking = id;
}

/** How a notification that was clicked leads to its conversation. */
export function onVisit(go: (id: string) => void): void {
  visit = go;
}

/** The service worker hears of the click, and chooses a window. */
navigator.serviceWorker?.addEventListener('message', ({ data }) => data.visit && visit(data.visit));

export function tellOfMessage(conversationId: string, message: Message): void {
  const info = threads.get(conversationId)?.info;
  const own = info?.assigned_to === session.user?.id;
  if (!own || message.direction !== 'incoming' || message.type === 'reaction') return;
  tell(message.id, conversationId, info?.customer_name ?? info?.customer_phone ?? '', message.content);
}

export function tellOfConversation(conversationId: string, reason: string | null): void {
  tell(`assigned-${conversationId}`, conversationId, t('wishes.arrived'), reason ?? '');
}

function tell(id: string, conversationId: string, title: string, words: string): void {
  const watched = document.visibilityState === 'visible' && document.hasFocus();
  if (!preferences.sound && !preferences.notices) return;
  window.setTimeout(() => void claim(id, () => show(watched, conversationId, title, words)), watched ? 0 : LATER_MS);
}

/** One tab gets the lock, and keeps it until the others have asked. */
function claim(id: string, action: () => void): Promise<unknown> {
  return navigator.locks.request(`plantao.alert.${id}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    action();
    await new Promise((done) => window.setTimeout(done, KEPT_MS));
  });
}

function show(watched: boolean, conversationId: string, title: string, words: string): void {
  if (watched && looking === conversationId) return;
  if (preferences.sound) chime();
  if (watched || !preferences.notices || Notification.permission !== 'granted') return;
  void notify(conversationId, title, words);
}

/** By the service worker where there is one: it finds the window when somebody clicks, and phones know no other way. */
async function notify(conversationId: string, title: string, words: string): Promise<void> {
  const body = words.slice(0, 140);
  const options = { body, tag: conversationId, data: conversationId, icon: '/icons/192.png', silent: true };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) return worker.showNotification(title, options);
  const notice = new Notification(title, options);
  notice.onclick = () => {
    window.focus();
    visit(conversationId);
    notice.close();
  };
}

/** Asks the browser for leave. Whether it was given. */
export async function wishNotices(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (await Notification.requestPermission()) === 'granted';
}

const NOTES = [659, 880]; // hertz: up, and short
const NOTE_S = 0.11;
let context: AudioContext | null = null;

export function chime(): void {
  context ??= new AudioContext();
  void context.resume();
  const from = context.currentTime;
  for (const [index, pitch] of NOTES.entries()) ring(context, pitch, from + index * NOTE_S);
}

function ring(on: AudioContext, pitch: number, at: number): void {
  const tone = on.createOscillator();
  const loud = on.createGain();
  tone.frequency.value = pitch;
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.09, at + 0.012);
  loud.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2.4);
  tone.connect(loud).connect(on.destination);
  tone.start(at);
  tone.stop(at + NOTE_S * 2.5);
}
