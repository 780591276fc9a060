-- Events by their numbers, as in search_page: $1. One that is gone has no type.
select s.seq,
       m.type,
       m.headers ->> 'actor',
       m.data
from unnest($1::bigint[]) as s (seq)
left join lateral (
    select *
    from {events}.mt_events as e
    where e.seq_id = s.seq
    limit 1) as m on true
