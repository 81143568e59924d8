/** Which component shows which type of message. A new one is an entry here; all others show their `content`. */
import type { Component } from 'vue';
import type { Message } from '@/api/types';
import MediaBody from './MediaBody.vue';
import TextBody from './TextBody.vue';

const BODIES: Partial<Record<Message['type'], Component>> = {
  image: MediaBody,
  video: MediaBody,
  audio: MediaBody,
  document: MediaBody,
  sticker: MediaBody,
};

export const bodyOf = (type: Message['type']): Component => BODIES[type] ?? TextBody;
