-- What differs between the history of $1 after $2 events (null: all) and that of $3 after $4 events; all that there is in both if $5 says that they
-- have no event in common. One row at least: how far the rows of each reach, as in world_reach, twice; then a difference, with its old and its
-- new state, or an event that the first or the second world skips, as in world_faults; neither unless the rows of both reach far enough.
with rights as materialized (
    select current_setting('transaction_read_only') = 'off'
           and (has_table_privilege(format('%I.world_head', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.world_object', {ledger_text}::text), 'insert')
                and has_table_privilege(format('%I.mt_streams', {events_text}::text), 'update')
                or {ledger}.world_catches_up_v1()) as can_catch_up
),
reached as materialized (
    select a.length as length_a,
           a.reach as reach_a,
           a.lags as lags_a,
           a.budget_exhausted as budget_exhausted_a,
           a.has_faults as has_faults_a,
           b.length as length_b,
           b.reach as reach_b,
           b.lags as lags_b,
           b.budget_exhausted as budget_exhausted_b,
           b.has_faults as has_faults_b,
           not a.lags and not b.lags and a.reach = coalesce($2, a.length) and b.reach = coalesce($4, b.length) as covered
    from {ledger}.world_reach_v2($1, $2) as a
    cross join {ledger}.world_reach_v2($3, $4) as b
)
select r.length_a,
       r.reach_a,
       r.lags_a,
       r.budget_exhausted_a,
       r.has_faults_a,
       g.can_catch_up,
       r.length_b,
       r.reach_b,
       r.lags_b,
       r.budget_exhausted_b,
       r.has_faults_b,
       g.can_catch_up,
       d.*
from reached as r
cross join rights as g
left join lateral (
    select w.kind, w.id,
           w.old_type, w.old_source_id, w.old_target_id, w.old_data,
           w.new_type, w.new_source_id, w.new_target_id, w.new_data,
           null::bigint, null::uuid, null::text, null::text, null::text, null::jsonb
    from {ledger}.world_diff_v1($1, r.reach_a, $3, r.reach_b) as w
    where r.covered and not $5
    union all
    select w.kind, w.id, w.type, w.source_id, w.target_id, w.data, null, null, null, null, null, null, null, null, null, null
    from {ledger}.world_at_v1($1, r.reach_a) as w
    where r.covered and $5
    union all
    select w.kind, w.id, null, null, null, null, w.type, w.source_id, w.target_id, w.data, null, null, null, null, null, null
    from {ledger}.world_at_v1($3, r.reach_b) as w
    where r.covered and $5
    union all
    select 'skipped_a', null, null, null, null, null, null, null, null, null, f.at, f.event_id, f.foreign_id, f.type, f.fault, f.data
    from {ledger}.world_faults_v1($1, r.reach_a) as f
    where r.covered and r.has_faults_a
    union all
    select 'skipped_b', null, null, null, null, null, null, null, null, null, f.at, f.event_id, f.foreign_id, f.type, f.fault, f.data
    from {ledger}.world_faults_v1($3, r.reach_b) as f
    where r.covered and r.has_faults_b) as d on true
