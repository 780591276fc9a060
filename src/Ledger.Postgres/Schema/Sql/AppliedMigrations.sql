-- The recorded migrations. One row for each, in order.
select
    number,
    name,
    checksum,
    applied_at,
    applied_by
from {ledger}.migration
order by number;
