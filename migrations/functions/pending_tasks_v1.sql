-- The events of the touched tasks (touched_v1) that the rows lack. Each is looked up by its version: for a range of versions, a plan made
-- while the log was small reads the whole stream.
-- Result: the events, in the order of the log.
create or replace function {ledger}.pending_tasks_v1()
returns setof {events}.mt_events
language sql
stable
rows 10
as $function$
    select e.*
    from {ledger}.touched_v1() as s
    join {events}.mt_streams as t on t.id = s.stream
    left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = s.stream
    cross join lateral generate_series(coalesce(h.version, 0) + 1, least(t.version, s.last)) as n (version)
    cross join lateral (
        select m.* from {events}.mt_events as m where m.stream_id = s.stream and m.version = n.version offset 0) as e
    where starts_with(s.stream, 'task:')
      and e.type in ('message.saved', 'call.saved', 'task.saved', 'task.leased', 'task.lease_renewed', 'task.lease_released')
    order by e.seq_id
$function$;
