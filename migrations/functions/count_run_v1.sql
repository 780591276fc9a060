-- Counts a run that was begun, deleted, archived or opened again in a log with a quota of runs; see use_quota_v1. Its triggers are made with the first quota of a schema.
-- Result: none.
create or replace function {ledger}.count_run_v1()
returns trigger
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
begin
    if exists (select from {ledger}.quota as q where q.kind = 'runs') then
        perform {ledger}.use_quota_v1(0, 0, case when tg_op = 'INSERT' or tg_op = 'UPDATE' and new.is_archived is not true then 1 else -1 end, true);
    end if;

    return null;
end
$function$;
