-- The names of the streams with the prefix $1 among $2 (null: all), and how many events they have together; of $3 streams at most.
select coalesce(array_agg(s.id), '{}'),
       coalesce(sum(s.version), 0)::bigint
from (
    select m.id,
           coalesce(m.version, 0) as version
    from {events}.mt_streams as m
    where ($1::text = '' or m.id ^@ $1)
      and ($2::text[] is null or m.id = any ($2))
    limit $3) as s
