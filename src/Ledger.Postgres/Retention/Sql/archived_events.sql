-- Events of a stream as lines of an archive: $1 the stream, $2 the version before the first, $3 the last version, $4 how many. The version, the leaf of the seal or null, and the line: the
-- event, its leaf, and those of its JSON columns that have JSON's null, which the event does not tell from SQL's.
select e.version,
       l.leaf,
       (jsonb_build_object('event', to_jsonb(e))
           || case when l.leaf is null then '{}' else jsonb_build_object('leaf', to_jsonb(l)) end
           || case
               when jsonb_typeof(e.data) = 'null' or jsonb_typeof(e.headers) = 'null' then jsonb_build_object(
                   'nulls', array_remove(array[case jsonb_typeof(e.data) when 'null' then 'data' end, case jsonb_typeof(e.headers) when 'null' then 'headers' end], null))
               else '{}'
           end)::text
from {events}.mt_events as e
left join {ledger}.seal_leaf as l on l.seq = e.seq_id
where e.stream_id = $1
  and e.version > $2
  and e.version <= $3
order by e.version
limit $4
