-- The row of a stream, and its first version that does not stay, and what was masked and rewritten in it: $1 the stream, $2 how many of its events stay.
select to_jsonb(t)::text,
       t.version,
       coalesce(
           (select e.version
            from {events}.mt_events as e
            where e.stream_id = t.id
              and e.version > $2
            order by e.version
            limit 1),
           t.version + 1),
       {ledger}.retention_mark_v1($1)
from {events}.mt_streams as t
where t.id = $1
