// Who files: of all processes on a database the one whose connection holds this lock. A connection that is lost gives it back,
// and nothing that a process writes without it can come after what its successor writes.

const KEY = `${0x4d4e574d}, hashtext(current_schema())`

/**
 * A machine that dies or is cut off ends no connection: its server is to notice within half a minute, and to give the lock back.
 * Of a connection through a socket of the file system it notices at once.
 */
export const NOTICED =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set tcp_user_timeout = 25000'

export const LEAD = `select pg_try_advisory_lock(${KEY}) as leads`
export const GIVE_BACK = `select pg_advisory_unlock(${KEY}) as left`

/** Code of the error that says that another process leads. No SQLSTATE. */
export const LED = 'LED00'
