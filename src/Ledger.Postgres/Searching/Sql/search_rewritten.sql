-- Indexed events that were rewritten since, as in search_page: $1 how many at most. One that is gone has no type.
select s.seq,
       m.type,
       m.headers ->> 'actor',
       m.data
from (
    select n.seq
    from {ledger}.search_entry as n
    where n.keys is null
    order by n.seq
    limit $1) as s
left join lateral (
    select *
    from {events}.mt_events as e
    where e.seq_id = s.seq
    limit 1) as m on true
