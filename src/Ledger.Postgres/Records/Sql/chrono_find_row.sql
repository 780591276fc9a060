-- Where a record store stands, and one of its rows. $1 its stream, $2 the key of a record. One row: as chrono_place, then the row.
select coalesce((select t.version from {events}.mt_streams as t where t.id = $1 and not {ledger}.retaining_v1($1)), 0),
       coalesce(h.version, 0),
       coalesce(h.seq, 0),
       coalesce(h.hash, ''),
       coalesce(h.archived_to, 0),
       r.key,
       r.ordinal,
       r.seq,
       r.text,
       r.spelled,
       r.id,
       r.kind,
       r.status,
       r.confidence
from (select $1) as n (stream)
left join {ledger}.chrono_head as h on h.stream = n.stream and not {ledger}.retaining_v1($1)
left join {ledger}.chrono_record as r on r.stream = n.stream and r.key = $2 and not {ledger}.retaining_v1($1)
