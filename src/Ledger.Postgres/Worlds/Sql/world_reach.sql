-- How far the rows of a history reach: $1 the stream, $2 the position (null: the end). The row of world_reach_v2, and whether missing rows
-- can be written here: not on a standby, and not by a role that may only read.
select length,
       reach,
       lags,
       budget_exhausted,
       has_faults,
       current_setting('transaction_read_only') = 'off'
           and (has_table_privilege(format('%I.world_head', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.world_object', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.mt_streams', {events_text}::text), 'update')
                or {ledger}.world_catches_up_v1())
from {ledger}.world_reach_v2($1, $2)
