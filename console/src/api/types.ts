// The server's words under the names that the console uses.
import type { components as Frames } from './frames.gen';
import type { components as Api } from './schema.gen';

type Schemas = Api['schemas'];
type FrameSchemas = Frames['schemas'];

/** `unread` is as the list told it: of one whose messages are here it is counted instead, and not kept. */
export type Conversation = Omit<Schemas['ConversationOut'], 'unread'> & { unread?: number | null };
export type ConversationDetail = Schemas['ConversationDetail'];
export type ConversationStatus = Schemas['ConversationStatus'];
export type Message = Schemas['MessageOut'];
export type MessageStatus = Schemas['MessageStatus'];
export type MessageInput = Schemas['MessageInput'];
export type Media = Schemas['MediaOut'];
export type Template = Schemas['TemplateOut'];
export type Agent = Schemas['AgentOut'];
export type AgentStatus = Schemas['AgentStatus'];
export type Ending = Schemas['CloseInput'];
export type Priority = Schemas['Priority'];
export type Resolution = Schemas['Resolution'];
export type Role = Schemas['Role'];
export type User = Schemas['LoggedInUser'];
export type Tag = Schemas['TagOut'];
export type TagColor = Schemas['TagColor'];
export type Customer = Schemas['CustomerOut'];
export type Past = Schemas['PastOut'];
export type QueuePlace = FrameSchemas['QueuePlace'];
export type ErrorCode = Schemas['ErrorCode'];

/** What `/ws/chat` says. */
export type ServerFrame =
  | FrameSchemas['Joined']
  | FrameSchemas['MessageAck']
  | FrameSchemas['Pong']
  | FrameSchemas['QueueUpdate']
  | FrameSchemas['WhatsappAlert']
  | FrameSchemas['WhatsappAlertsClosed']
  | FrameSchemas['ConversationViewers']
  | FrameSchemas['Error']
  | ConversationFrame;

/** What `/ws/chat` says of one conversation. */
export type ConversationFrame =
  | FrameSchemas['NewMessage']
  | FrameSchemas['MessageStatusChanged']
  | FrameSchemas['MessageMedia']
  | FrameSchemas['MessageChanged']
  | FrameSchemas['ConversationAssigned']
  | FrameSchemas['ConversationClosed']
  | FrameSchemas['ConversationUpdated']
  | FrameSchemas['ConversationRead']
  | FrameSchemas['CustomerUpdated']
  | FrameSchemas['AgentTyping'];

export type CustomerNews = FrameSchemas['CustomerUpdated'];
export type Typing = FrameSchemas['AgentTyping'];
export type Viewer = FrameSchemas['Viewer'];
