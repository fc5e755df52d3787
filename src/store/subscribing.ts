// Reads and writes what was agreed with WebSub hubs, and with the subscribers of the built-in one: over either engine.
import type { SubscriberChange, Subscription } from '../model/stored.ts'
import { subscriber, subscription } from './rows.ts'
import type { Row, Sql, WritableSql } from './sql.ts'
import type { PrivateReader } from './store.ts'

export function readingSubscriptions(sql: Sql): Omit<PrivateReader, 'close'> {
  const one = (row: Row | undefined): Subscription | null => (row ? subscription(row) : null)
  return {
    subscription: feed => one(sql.get('select * from subscriptions where feed = @feed', { feed })),
    subscriptionById: id => one(sql.get('select * from subscriptions where id = @id', { id })),
    subscriptionsDue: now =>
      sql
        .all(
          `select * from subscriptions where (next_ask <= @now or asked > @now + 60000) and state <> 'unnamed'
           order by next_ask, feed`,
          { now },
        )
        .map(subscription),
    subscribers: () => sql.all('select * from subscribers order by id').map(subscriber),
  }
}

export function saveSubscription(sql: WritableSql, saved: Subscription): void {
  sql.run(
    `insert or replace into subscriptions (feed, id, hub, topic, secret, callback, state, asked, lease_end, next_ask,
       attempts, last_push, ignored, note)
     values (@feed, @id, @hub, @topic, @secret, @callback, @state, @asked, @leaseEnd, @nextAsk, @attempts, @lastPush,
       @ignored, @note)`,
    { ...saved, nextAsk: Math.round(saved.nextAsk) },
  )
}

export function changeSubscriber(sql: WritableSql, change: SubscriberChange): void {
  switch (change.kind) {
    case 'keep': {
      const { callback, topic, secret, leaseEnd, delivered } = change
      sql.run(
        `insert into subscribers (callback, topic, secret, lease_end, delivered, failures, not_before)
         values (?, ?, ?, ?, ?, 0, 0)
         on conflict (callback, topic) do update set secret = excluded.secret, lease_end = excluded.lease_end, failures = 0, not_before = 0`,
        [callback, topic, secret, Math.round(leaseEnd), delivered],
      )
      break
    }
    case 'drop':
      sql.run('delete from subscribers where callback = ? and topic = ?', [change.callback, change.topic])
      break
    case 'delivered':
      sql.run('update subscribers set delivered = ?, failures = 0, not_before = 0 where id = ?', [
        change.delivered,
        change.id,
      ])
      break
    case 'failed':
      sql.run('update subscribers set failures = ?, not_before = ? where id = ?', [
        change.failures,
        Math.round(change.notBefore),
        change.id,
      ])
  }
}
