-- Whether the index of the search names few events: $1 keys that they have, $2 keys of which they have one, $3 how many are few. {keys} is what is asked of
-- the keys of an entry.
select count(*) <= $3
from (
    select
    from {ledger}.search_entry as s
    where {keys}
    limit $3 + 1) as f
