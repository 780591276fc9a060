-- The events from position $2 to $3 of the history of $1 that made, changed and removed the objects $4 and the relations $5, in order, and how far the rows
-- reach: the position, the columns of a page of events, the stream, and the columns of world_reach; at least one row.
select c."position",
       c.version,
       c.seq_id,
       c.id,
       c.type,
       c.data,
       c.headers,
       c."timestamp",
       c.correlation_id,
       c.causation_id,
       c.stream,
       r.length,
       r.reach,
       r.lags,
       r.budget_exhausted,
       r.has_faults,
       current_setting('transaction_read_only') = 'off'
           and (has_table_privilege(format('%I.world_head', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.world_object', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.mt_streams', {events_text}::text), 'update')
                or {ledger}.world_catches_up_v1())
from {ledger}.world_reach_v2($1, $3) as r
left join lateral {ledger}.world_changes_v1($1, $2, r.reach, $4, $5) as c on not r.lags
