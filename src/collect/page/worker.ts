// A thread that reads pages: one at a time, in the order in which they come.
import { parentPort } from 'node:worker_threads'
import type { PageQuestion, PageReading } from '../../model/page.ts'
import type { Outcome } from '../../model/units.ts'
import type { ParserReply, ParserTask } from '../feed/serve.ts'
import { readPage } from './read.ts'
import { prepared } from './readable.ts'

const port = parentPort
if (port === null) throw new Error('a thread that reads pages is a worker thread')
const reply = (outcome: Outcome<PageReading>): void => port.postMessage(outcome satisfies ParserReply)

// What is thrown ends the thread, and the pool says so of the one page.
const read = async (task: ParserTask): Promise<void> => {
  if (task.kind === 'keep') reply({ ok: true, value: await readPage(task.bytes, task.about as PageQuestion) })
}
port.on('message', (task: ParserTask) => void read(task))
// Loading Readability is no part of a page's time.
await prepared()
port.postMessage('ready' satisfies ParserReply)
