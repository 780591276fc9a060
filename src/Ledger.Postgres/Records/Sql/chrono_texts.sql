-- The hashed texts of a chain, to be verified. $1 the stream, $2 and $3 the first and last version. A row for each event of the chain: its
-- version, its text, its hash, and the event.masked that says that its text was masked, or null. A value that is not text is returned as an empty string, which matches no hash.
select e.version,
       coalesce(e.data ->> 'text', ''),
       coalesce(e.data ->> 'hash', ''),
       (select n.id
        from {ledger}.masked_event as m
        join {events}.mt_events as n on n.id = m.masked_by and n.type = 'event.masked' and n.data ->> 'event_id' = e.id::text
        where m.seq = e.seq_id)
from {events}.mt_events as e
where e.stream_id = $1
  and e.version between $2 and $3
  and e.type = 'chrono.event'
order by e.version
