// Who files: of all processes on a database the one whose connection holds this lock. A connection that is lost gives it back,
// and nothing that a process writes without it can come after what its successor writes.

const KEY = `${0x4d4e574d}, hashtext(current_schema())`

export const LEAD = `select pg_try_advisory_lock(${KEY}) as leads`
export const GIVE_BACK = `select pg_advisory_unlock(${KEY}) as left`

/** Code of the error that says that another process leads. No SQLSTATE. */
export const LED = 'LED00'
