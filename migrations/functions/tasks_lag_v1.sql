-- Whether rows of tasks are missing. What is found to be complete is recorded in task_tail now and then. The order matters: the newest
-- sequence number, then which transactions could commit a lower one, then the rows, each with its own snapshot.
--   p_task  the task (null: any)
-- Result: one row: whether rows are missing, and whether this session may write them.
create or replace function {ledger}.tasks_lag_v1(p_task text)
returns table (lags boolean, can_catch_up boolean)
language plpgsql
volatile
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    tail record;
    newest bigint;
    holding text[];
    is_settled boolean;
begin
    can_catch_up := not pg_is_in_recovery()
        and current_setting('transaction_read_only') = 'off'
        and has_table_privilege(format('%I.task_tail', {ledger_text}), 'update');
    if p_task is not null then
        lags := exists (
            select
            from {events}.mt_streams as t
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = t.id
            where t.id = 'task:' || p_task
              and t.version > coalesce(h.version, 0));
        return next;
        return;
    end if;

    select t.seq, t.sighted, t.holders into tail from {ledger}.task_tail as t where t.is_only;
    newest := coalesce((select max(e.seq_id) from {events}.mt_events as e), 0);
    if can_catch_up and newest not between tail.seq and tail.seq + 1000 then
        -- nextval leaves this lock to the end of its transaction; a holder without a pid is a prepared one, whose name has changed.
        holding := array(
            select case when l.pid is null then 'prepared' else l.virtualtransaction end
            from pg_catalog.pg_locks as l
            join pg_catalog.pg_class as c on c.oid = l.relation
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where l.locktype = 'relation'
              and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
              and l.mode = 'RowExclusiveLock'
              and l.granted
              and l.pid is distinct from pg_backend_pid()
              and c.relname = 'mt_events_sequence'
              and n.nspname = {events_text});
    end if;

    lags := exists (select from {ledger}.tasks_behind_v1() as b);
    if holding is not null and not lags then
        is_settled := tail.sighted is not null and not tail.holders && holding and not 'prepared' = any (holding);
        perform from {ledger}.task_tail as t where t.is_only and t.sighted is not distinct from tail.sighted for update skip locked;
        if found and holding = '{}' then
            update {ledger}.task_tail as t set seq = newest, sighted = null, holders = '{}' where t.is_only;
        elsif found and (is_settled or tail.sighted is null) then
            update {ledger}.task_tail as t
            set seq = case when is_settled then tail.sighted else t.seq end,
                sighted = newest,
                holders = holding
            where t.is_only;
        end if;
    end if;

    return next;
end
$function$;
