-- One relation of the history of $1, by its id $3, as world_object_at reads an object.
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
       o.source_id,
       o.target_id,
       o.data
from {ledger}.world_reach_v2($1, $2) as r
left join lateral {ledger}.world_relation_at_v1($1, $3, r.reach) as o on not o.removed
