-- Whether none of the last events that the index of the search has may be wanted: $1 keys that they have, $2 keys of which they have one, $3 how many are looked at.
-- {keys} is what is asked of the keys of an entry. Counting all that have them would collect the numbers of all first.
select not exists (
    select
    from (
        select e.keys
        from {ledger}.search_entry as e
        order by e.seq desc
        limit $3) as s
    where {keys})
