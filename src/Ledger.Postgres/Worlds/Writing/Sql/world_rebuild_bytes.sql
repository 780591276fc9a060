-- The bytes that the data of the events takes in the table which world_rebuild_events reads with the same parameters.
select coalesce(sum(pg_column_size(m.data)), 0)::bigint
from unnest($1::text[], $2::bigint[], $3::bigint[]) as n (stream, before, last)
join {events}.mt_events as m on m.stream_id = n.stream and m.version > n.before and m.version <= n.last
where m.type = any ($4)
