-- Which of the objects $3 exist after the first $2 events of the history of $1 (null: all), and how far the rows reach: the columns of
-- world_reach, then the ids.
select r.length,
       r.reach,
       r.lags,
       r.budget_exhausted,
       r.has_faults,
       current_setting('transaction_read_only') = 'off'
           and (has_table_privilege(format('%I.world_head', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.world_object', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.mt_streams', {events_text}::text), 'update')
                or {ledger}.world_catches_up_v1()),
       {ledger}.world_present_v1($1, r.reach, $3)
from {ledger}.world_reach_v2($1, $2) as r
