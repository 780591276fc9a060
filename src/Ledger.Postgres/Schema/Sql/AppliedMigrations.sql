-- The migrations that the database says it has. One row for each, in order.
select
    number,
    name,
    checksum,
    applied_at,
    applied_by
from {ledger}.migration
order by number;
