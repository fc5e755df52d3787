// What is told to people and programs outside of pages and feeds. Types only.
import type { Millis } from './units.ts'

/** When something is told. */
export type NotifyCondition =
  /** News: words, a threshold of agencies, a kill; all that are given must hold. */
  | { kind: 'news'; query: string | null; agencies: number | null; withdrawn: boolean }
  /** An agency without news, or a feed without an answer, for so long. */
  | { kind: 'silent'; span: Millis }
  /** Minwal does not do its work. */
  | { kind: 'failure' }

/** Who is told. */
export type NotifyTarget =
  | { kind: 'webhook'; url: string; shape: 'json' | 'slack' | 'ntfy'; key: string | null }
  /** By the local `sendmail`. */
  | { kind: 'mail'; to: string }
  /** A program with its arguments, no shell; it reads the notice as JSON. */
  | { kind: 'command'; command: readonly string[] }

export interface NotifyRule {
  /** What is remembered of it is remembered by this. */
  name: string
  when: NotifyCondition
  to: NotifyTarget
}

export interface Notice {
  kind: 'thread' | 'story' | 'silent' | 'failure' | 'recovered' | 'test'
  title: string
  text: string
  /** Where more is to be read; null where nothing is. */
  url: string | null
  at: Millis
}

/** A notice that waits to be sent. */
export interface WaitingNotice {
  id: number
  rule: string
  notice: Notice
  /** Tries that failed. */
  attempts: number
}

export type NoticeChange =
  /** A rule is new: what it would tell already is known, and told to nobody. */
  | { kind: 'begin'; rule: string; keys: readonly string[]; at: Millis }
  /** Told once for each key. */
  | { kind: 'add'; rule: string; key: string; notice: Notice }
  | { kind: 'sent'; id: number; at: Millis }
  | { kind: 'failed'; id: number; notBefore: Millis }
  /** What waits for a rule that is no more is told to nobody. */
  | { kind: 'keep'; rules: readonly string[] }
