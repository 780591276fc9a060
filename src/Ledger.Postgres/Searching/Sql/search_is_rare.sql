-- Whether none of some events that the index of the search has may be wanted, the last and others all over the log: $1 keys that they have, $2 keys of which they have
-- one, $3 how many of the last, and a quarter of that of the others. {keys} is what is asked of the keys of an entry. Counting all that have them would collect the numbers of all first.
select not exists (
    select
    from (
        (select e.keys
         from {ledger}.search_entry as e
         order by e.seq desc
         limit $3)
        union all
        (select n.keys
         from (
             select (select e.seq from {ledger}.search_entry as e order by e.seq limit 1) as first,
                    (select e.seq from {ledger}.search_entry as e order by e.seq desc limit 1) as last) as r
         cross join generate_series(r.first, r.last, greatest((r.last - r.first) * 4 / $3, 1)) as g (seq)
         cross join lateral (
             select e.keys
             from {ledger}.search_entry as e
             where e.seq >= g.seq
             order by e.seq
             limit 1) as n)) as s
    where {keys})
