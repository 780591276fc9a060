-- The hashed texts of a chain, to be verified. $1 the stream, $2 and $3 the first and last version. A row for each event of the chain: its
-- version, its text and its hash. A value that is not text is returned as an empty string, which matches no hash.
select e.version,
       coalesce(e.data ->> 'text', ''),
       coalesce(e.data ->> 'hash', '')
from {events}.mt_events as e
where e.stream_id = $1
  and e.version between $2 and $3
  and e.type = 'chrono.event'
order by e.version
