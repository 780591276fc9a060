-- Where a record store stands. $1 its stream. One row: the version of the stream, and the columns of chrono_head, with zeros for none, and for one that retention is removing.
select coalesce((select t.version from {events}.mt_streams as t where t.id = $1 and not {ledger}.retaining_v1($1)), 0),
       coalesce(h.version, 0),
       coalesce(h.seq, 0),
       coalesce(h.hash, ''),
       coalesce(h.archived_to, 0)
from (select $1) as n (stream)
left join {ledger}.chrono_head as h on h.stream = n.stream and not {ledger}.retaining_v1($1)
