-- A task and all below it; each once, also where parents go round in a circle. See branches_below_v1 for why it is a function.
--   p_task  the id of the task
-- Result: the id of each; none if there is no such task.
create or replace function {ledger}.tasks_below_v1(p_task text)
returns setof text
language plpgsql
stable
rows 10
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $function$
begin
    return query
    with recursive tree as (
        select t.id
        from {ledger}.tasks as t
        where t.id = p_task
        union
        select t.id
        from tree as p
        join {ledger}.tasks as t on t.parent_task_id = p.id)
    select n.id::text
    from tree as n;
end
$function$;
