-- What differs between the history of $1 after $2 events and that of $3 after $4 events.
select kind,
       id,
       old_type,
       old_source_id,
       old_target_id,
       old_data,
       new_type,
       new_source_id,
       new_target_id,
       new_data
from {ledger}.world_diff_v1($1, $2, $3, $4)
