-- The events of a run that belong to a call of a task, by their header call_id.
--   p_call  the call's id
-- Result: a row for each event, with its position in the history of the run that the task works in.
create or replace function {ledger}.call_events(p_call text)
returns table (
    at bigint, stream text, version bigint, id uuid, type text, data jsonb, headers jsonb, "timestamp" timestamptz)
language sql
stable
as $function$
    select h.*
    from {ledger}.calls as c
    join {ledger}.tasks as t on t.id = c.task_id
    cross join lateral {ledger}.history(t.run) as h
    where c.id = p_call
      and t.run is not null
      and h.headers ->> 'call_id' = p_call
    order by h.at
$function$;

comment on function {ledger}.call_events(text) is
    'The events of the run that the task of a call works in which belong to the call by their header call_id, with their positions.';
