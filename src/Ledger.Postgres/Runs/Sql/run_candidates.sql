-- Runs that may be what a query wants, by the index of their keys: all that are, and others. $1 keys that they have, $2 how many at most. One row: their names.
select coalesce(array_agg(c.stream), '{}')
from (
    (select r.stream
     from {ledger}.run_summary as r
     where r.keys @> $1)
    union all
    (select r.stream
     from {ledger}.run_summary as r
     where r.keys is null)
    limit $2) as c
