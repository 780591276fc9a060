-- Checks that a history has a position, and writes the rows that are missing up to it.
--   p_stream    the run or branch
--   p_position  the number of events (null: all)
-- Result: the position. Refused with LG002 (no such stream), LG003 (no such position) or LG004 (an id is too long for rows).
create or replace function {ledger}.world_position_v1(p_stream text, p_position bigint)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    r record;
begin
    if not exists (select from {events}.mt_streams as t where t.id = p_stream and (t.is_archived is not true or not {ledger}.retaining_v1(t.id))) then
        raise exception 'There is no stream "%".', p_stream using errcode = 'LG002';
    end if;

    loop
        select w.* into r from {ledger}.world_reach_v2(p_stream, p_position) as w;
        exit when not r.lags;
        perform {ledger}.world_catch_up_v2(p_stream, 10000);
    end loop;

    if p_position < 0 or p_position > r.length then
        raise exception 'The history of "%" has no position %: it has % events.', p_stream, p_position, r.length using errcode = 'LG003';
    end if;

    if r.reach < coalesce(p_position, r.length) then
        raise exception 'The event at position % of "%" has an id of more than 500 bytes, which rows do not take. Ask for position % or less.',
            r.reach, p_stream, r.reach using errcode = 'LG004';
    end if;

    return r.reach;
end
$function$;
