// Why something is not there, for whoever asked for it by its number.
import type { PrunedKind } from '../model/stored.ts'
import type { StoreReader } from '../store/store.ts'

export function absence(store: Pick<StoreReader, 'isPruned'>, what: PrunedKind, id: number): string {
  if (store.isPruned(what, id)) return `${what} ${id} was pruned: it is older than "retain" keeps news`
  const lists = what === 'thread' ? '`minwal threads` lists them' : '`minwal search WORDS` finds stories'
  return `there is no ${what} ${id}: ${lists}`
}
