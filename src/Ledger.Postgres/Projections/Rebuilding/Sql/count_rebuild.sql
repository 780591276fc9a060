-- How many events the streams of a projection have. $1 what their names begin with.
select coalesce(sum(s.version), 0)::bigint
from {events}.mt_streams as s
where starts_with(s.id, $1)
