-- The objects $3, the relations $4 and those of the objects $5, after the first $2 events of the history of $1, and how far the rows reach: the
-- columns of world_reach, then a thing that exists; at least one row.
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
       e.kind,
       e.id,
       e.type,
       e.source_id,
       e.target_id,
       e.data
from {ledger}.world_reach_v2($1, $2) as r
left join lateral {ledger}.world_entities_v1($1, r.reach, $3, $4, $5) as e on true
