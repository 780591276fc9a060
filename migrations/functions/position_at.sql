-- The position of a run or branch at a time, for world, diff, blame, objects and neighbours.
--   p_stream  the run or branch, such as run:a
--   p_time    the time, by the log's clock
-- Result: the number of events that the log had taken by then.
create or replace function {ledger}.position_at(p_stream text, p_time timestamptz)
returns bigint
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    segment record;
    low bigint;
    high bigint;
    middle bigint;
    moment timestamptz;
begin
    if not exists (select from {events}.mt_streams as t where t.id = p_stream) then
        raise exception 'There is no stream "%".', p_stream using errcode = 'LG002';
    end if;

    -- Times do not fall along a history, so that halving finds the place.
    for segment in
        select s.stream, s.before, s.upto
        from {ledger}.world_segment_v1(p_stream, {ledger}.history_length_v1(p_stream)) as s
        order by s.ordinal desc
    loop
        low := 0;
        high := segment.upto;
        while low < high loop
            middle := (low + high + 1) / 2;
            select e."timestamp" into moment from {events}.mt_events as e where e.stream_id = segment.stream and e.version = middle;
            if moment <= p_time then
                low := middle;
            else
                high := middle - 1;
            end if;
        end loop;

        if low > 0 then
            return segment.before + low;
        end if;
    end loop;

    return 0;
end
$function$;

comment on function {ledger}.position_at(text, timestamptz) is
    'How many events of a run or branch the log had taken by a time: a position for world, diff, blame, objects and neighbours.';
