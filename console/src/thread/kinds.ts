/** Which component shows which type of message. A new one is an entry here; all others show their `content`. */
import type { Component } from 'vue';
import type { Message } from '@/api/types';
import ContactsBody from './ContactsBody.vue';
import InteractiveBody from './InteractiveBody.vue';
import LocationBody from './LocationBody.vue';
import MediaBody from './MediaBody.vue';
import OrderBody from './OrderBody.vue';
import TemplateBody from './TemplateBody.vue';
import TextBody from './TextBody.vue';
import UnknownBody from './UnknownBody.vue';

const BODIES: Partial<Record<Message['type'], Component>> = {
  image: MediaBody,
  video: MediaBody,
  audio: MediaBody,
  document: MediaBody,
  sticker: MediaBody,
  location: LocationBody,
  contacts: ContactsBody,
  interactive: InteractiveBody,
  button: InteractiveBody,
  order: OrderBody,
  template: TemplateBody,
  unsupported: UnknownBody,
};

export const bodyOf = (type: Message['type']): Component => BODIES[type] ?? TextBody;
