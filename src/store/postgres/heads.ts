// Hosts that began to answer a machine, told to others by a part of a statement that is sent anyway.

/** The clock of the server, in milliseconds. */
export const NOW = 'extract(epoch from clock_timestamp()) * 1000'

/** A host that began to answer `since` milliseconds ago, and is asked again `delay` after that. */
export interface Head {
  host: string
  since: number
  delay: number
}

/** Puts hosts off, as a part of a statement: `$N` are heads as JSON. Rows are taken in one order, for others do the same. */
export const putOff = (n: number): string => `
  heads as (
    select h.host, ${NOW} - h.since + h.delay as ready
    from json_to_recordset($${n}::text::json) as h (host text, since double precision, delay double precision)),
  held as (select host from x_hosts where host in (select host from heads) order by host for update),
  put_off as (
    update x_hosts set ready = greatest(x_hosts.ready, heads.ready) from heads, held
    where x_hosts.host = heads.host and held.host = heads.host)`
