-- As chrono_texts, of the events that compactions took out of the stream. $1 the stream, $2 and $3 the first and last version.
select a.version,
       coalesce(a.data ->> 'text', ''),
       coalesce(a.data ->> 'hash', ''),
       (select n.id
        from {ledger}.masked_event as m
        join {events}.mt_events as n on n.id = m.masked_by and n.type = 'event.masked' and n.data ->> 'event_id' = a.id::text
        where m.seq = a.seq_id)
from {ledger}.chrono_archive as a
where a.stream = $1
  and a.version between $2 and $3
  and a.type = 'chrono.event'
order by a.version
