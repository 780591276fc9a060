-- One object of the history of $1, by its id $3, after its first $2 events (null: all), and how far the rows reach: the columns of
-- world_reach, then the object's, null when it is not there.
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
       o.type,
       o.data
from {ledger}.world_reach_v2($1, $2) as r
left join lateral {ledger}.world_object_at_v1($1, $3, r.reach) as o on not o.removed
