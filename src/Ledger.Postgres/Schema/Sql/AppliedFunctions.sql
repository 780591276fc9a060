-- The functions that the database records. A row for each: name, checksum, applied_at, applied_by.
select
    name,
    checksum,
    applied_at,
    applied_by
from {ledger}.schema_function
order by name collate "C";
